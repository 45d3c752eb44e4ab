package flows

import (
	"errors"
	"fmt"
	"log"
	"log/slog"
)

// spoken says all that it holds, muted does not.
type spoken struct {
	in  Integration
	err error
}

func (e *spoken) Error() string { return fmt.Sprintf("assume %+v: %v", e.in, e.err) }

type muted struct {
	in  Integration
	err error
}

func (e *muted) Error() string { return "assume for " + e.in.Name + ": " + e.err.Error() }

var errDenied = errors.New("denied")

func failSpoken(in Integration) error {
	if in.Name == "" {
		return nil
	}
	return &spoken{in, errDenied}
}

func failQuiet(in Integration) error {
	if in.Name == "" {
		return nil
	}
	return &muted{in, errDenied}
}

func failEither(in Integration) error {
	if in.Name == "" {
		return &muted{in, errDenied}
	}
	return &spoken{in, errDenied}
}

func whatErrorsSay(in Integration) {
	if err := failSpoken(in); err != nil {
		slog.Error("connect", "err", err) // want `External ID logged`
	}
	if err := failQuiet(in); err != nil {
		slog.Error("connect", "err", err)
		log.Println(fmt.Errorf("connect: %w", err))
	}
	if err := failEither(in); err != nil {
		slog.Error("connect", "err", err) // want `External ID logged`
	}
}

// named redacts itself where package fmt asks it to, which %#v does not.
type named struct{ value string }

func (named) String() string { return "[named]" }

func syntax(in *Integration) {
	n := named{in.Handshake}
	log.Printf("%v %s %+v", n, n, n)
	log.Printf("%#v", n) // want `External ID logged`
}

// valued redacts itself for slog, which does not ask what lies inside of a value.
type valued struct{ Value string }

func (valued) LogValue() slog.Value { return slog.StringValue("[valued]") }

type holder struct {
	Name string
	ID   valued
}

func inside(in *Integration) {
	slog.Info("connect", "id", valued{in.Handshake})
	slog.Info("connect", "holder", holder{in.Name, valued{in.Handshake}}) // want `External ID logged`
	slog.Info("connect", "all", []valued{{in.Handshake}})                 // want `External ID logged`
	slog.Info("connect", "guarded", guarded{in.Name, Secret{in.Handshake}})
}

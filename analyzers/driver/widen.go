package driver

import (
	"go/types"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/analyzers/taint/summary"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/program"
)

// widen carries marks on parameters over interfaces: a handler calls the interface
// that it declares itself, and the method that hands the External ID to STS is in a
// package that has never heard of it.
func (s *session) widen(items []externalid.Item) []externalid.Item {
	marked := map[string]externalid.Item{}
	for _, item := range items {
		marked[item.Key] = item
	}
	known := s.methodTypes()
	for _, item := range items {
		method, param, ok := strings.Cut(item.Key, "#")
		if !ok {
			continue
		}
		owner, name := method[:max(0, strings.LastIndex(method, "."))], method[strings.LastIndex(method, ".")+1:]
		concrete := known[owner]
		if concrete == nil {
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(known)) {
			if key == owner || !implements(concrete, known[key], name) {
				continue
			}
			next := externalid.Item{Key: key + "." + name + "#" + param, Reason: item.Reason, Strength: item.Strength}
			if old, ok := marked[next.Key]; !ok || old.Strength < next.Strength {
				marked[next.Key] = next
				items = append(items, next)
			}
		}
	}
	return items
}

// interfaceResults are the sources that methods of interfaces return, by what their
// implementations do.
func (s *session) interfaceResults() summary.Results {
	known := s.methodTypes()
	out := summary.Results{}
	for _, f := range s.methodSummaries() {
		carried := f.Carried()
		if len(carried) == 0 {
			continue
		}
		if f.Name == summary.Messages { // every interceptor sees them
			for j, labels := range carried {
				out[summary.MessagesOf(j)] = append(out[summary.MessagesOf(j)], labels...)
			}
			continue
		}
		owner, name := f.Name[:max(0, strings.LastIndex(f.Name, "."))], f.Name[strings.LastIndex(f.Name, ".")+1:]
		concrete := known[owner]
		if concrete == nil {
			continue
		}
		for key, iface := range known {
			if key == owner || !implements(concrete, iface, name) {
				continue
			}
			for j, labels := range carried {
				result := key + "." + name + "@" + strconv.Itoa(j)
				out[result] = append(out[result], labels...)
			}
		}
	}
	return out
}

// interceptors are keys in the packages that may hold some, if there is anything that they
// see.
func (s *session) interceptors(results summary.Results) []externalid.Item {
	if len(results[summary.MessagesOf(0)])+len(results[summary.MessagesOf(1)]) == 0 {
		return nil
	}
	var out []externalid.Item
	for _, p := range s.pkgs {
		if p.Imports["google.golang.org/grpc"] != nil {
			out = append(out, externalid.Item{Key: p.PkgPath + ".interceptors"})
		}
	}
	return out
}

// methodSummaries are the summaries of all packages, in a fixed order.
func (s *session) methodSummaries() []summary.FuncFact {
	var out []summary.FuncFact
	for _, p := range s.pkgs {
		if f, ok := s.pkgFacts[factKey{p.PkgPath, reflect.TypeFor[*summary.Summaries]()}].fact.(*summary.Summaries); ok {
			out = append(out, f.Funcs...)
		}
	}
	return out
}

// methodTypes are the named types of the session that have or ask for methods.
func (s *session) methodTypes() map[string]*types.Named {
	out := map[string]*types.Named{}
	for _, p := range s.pkgs {
		scope := p.Types.Scope()
		for _, name := range scope.Names() {
			tn, ok := scope.Lookup(name).(*types.TypeName)
			if !ok || tn.IsAlias() {
				continue
			}
			if n, ok := tn.Type().(*types.Named); ok && n.TypeParams().Len() == 0 {
				out[program.TypeKey(n)] = n
			}
		}
	}
	return out
}

// implements reports whether a type implements an interface that has the method.
func implements(t, iface *types.Named, method string) bool {
	i, ok := iface.Underlying().(*types.Interface)
	if !ok || types.IsInterface(t) {
		return false
	}
	obj, _, _ := types.LookupFieldOrMethod(iface, false, iface.Obj().Pkg(), method)
	return obj != nil && types.Implements(types.NewPointer(t), i)
}

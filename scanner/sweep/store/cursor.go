package store

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Cursor says after which row a page begins: the key that the page is ordered by and the
// row's ID. It may be handed out and come back from anybody: it is checked, and chooses
// nothing that a filter would not show.
type Cursor string

// ErrCursor says that a cursor is none of ours.
var ErrCursor = errors.New("the cursor is not one that a page ended with")

func cursor(key string, id int64) Cursor {
	return Cursor(base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", id, key)))
}

// parse returns the key and the ID of a cursor.
func (c Cursor) parse() (key string, id int64, err error) {
	text, err := base64.RawURLEncoding.DecodeString(string(c))
	if err != nil {
		return "", 0, ErrCursor
	}
	number, key, ok := strings.Cut(string(text), " ")
	id, err = strconv.ParseInt(number, 10, 64)
	if err != nil || !ok {
		return "", 0, ErrCursor
	}
	return clean(key), id, nil
}

// number returns the key of a cursor whose key is one.
func (c Cursor) number() (int64, error) {
	key, _, err := c.parse()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(key, 10, 64)
	if err != nil {
		return 0, ErrCursor
	}
	return n, nil
}

// clean makes a text one that both databases take: UTF-8 without NUL.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

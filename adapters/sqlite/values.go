package sqlite

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"sprintbot/sprints"
)

// How Go's values are columns: an instant is Unix milliseconds, what is not
// there (a zero time, number or text of an optional column) is NULL.

// at is an instant as a column.
func at(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// opt is a number or text whose zero value means none.
func opt[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// day is a civil date as a column.
func day(d sprints.Day) any { return opt(d.String()) }

// list is texts as a JSON array.
func list(texts []string) (string, error) {
	if len(texts) == 0 {
		return "[]", nil
	}
	b, err := json.Marshal(texts)
	return string(b), err
}

// fold is s for comparing what people type.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// Scanners: each fills the value it points to.

type toTime struct{ t *time.Time }

func (s toTime) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*s.t = time.Time{}
	case int64:
		*s.t = time.UnixMilli(v).UTC()
	default:
		return fmt.Errorf("an instant is an integer, not %T", src)
	}
	return nil
}

type toID[T ~int64] struct{ id *T }

func (s toID[T]) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*s.id = 0
	case int64:
		*s.id = T(v)
	default:
		return fmt.Errorf("a number is an integer, not %T", src)
	}
	return nil
}

// id scans a number that may be NULL.
func id[T ~int64](p *T) toID[T] { return toID[T]{p} }

type toText[T ~string] struct{ s *T }

func (s toText[T]) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*s.s = ""
	case string:
		*s.s = T(v)
	default:
		return fmt.Errorf("a text is a string, not %T", src)
	}
	return nil
}

// text scans a text that may be NULL.
func text[T ~string](p *T) toText[T] { return toText[T]{p} }

type toDay struct{ d *sprints.Day }

func (s toDay) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*s.d = sprints.Day{}
		return nil
	case string:
		return s.d.UnmarshalText([]byte(v))
	}
	return fmt.Errorf("a day is a text, not %T", src)
}

type toList struct{ l *[]string }

func (s toList) Scan(src any) error {
	v, ok := src.(string)
	if !ok {
		return fmt.Errorf("a list is a text, not %T", src)
	}
	*s.l = nil
	if v == "[]" {
		return nil
	}
	return json.Unmarshal([]byte(v), s.l)
}

type toJSON struct{ v any }

func (s toJSON) Scan(src any) error {
	v, ok := src.(string)
	if !ok {
		return fmt.Errorf("JSON is a text, not %T", src)
	}
	return json.Unmarshal([]byte(v), s.v)
}

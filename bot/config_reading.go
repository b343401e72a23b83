package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hbollon/go-edlib"
	"go.yaml.in/yaml/v4"
)

// reading is one reading of a configuration file: where each key stands, and
// all that is wrong. It decodes strictly, and no problem's words hold a value
// or a line of the file, so that a misplaced secret is never shown.
type reading struct {
	path     string
	asked    bool           // the file is YAML and was decoded
	lines    map[string]int // by key
	problems []problem
}

type problem struct {
	line       int
	key, words string
}

// decoder is a key that decodes itself: one that has several forms.
type decoder interface {
	decode(r *reading, n *yaml.Node, path string)
}

func newReading(path string) *reading { return &reading{path: path, lines: map[string]int{}} }

// err is all problems, by line; nil if there are none.
func (r *reading) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(a, b problem) int { return a.line - b.line })
	var all []error
	for _, p := range r.problems {
		at := filepath.Base(r.path)
		if p.line > 0 {
			at += ":" + strconv.Itoa(p.line)
		}
		if p.key != "" {
			at += ": " + p.key
		}
		all = append(all, fmt.Errorf("%s: %s", at, p.words))
	}
	return errors.Join(all...)
}

// refuse notes a problem with a key; its line is the key's, else that of the
// nearest map around it.
func (r *reading) refuse(key, format string, args ...any) {
	line := 0
	for at := key; at != "" && line == 0; {
		line = r.lines[at]
		at = at[:max(strings.LastIndexByte(at, '.'), 0)]
	}
	r.problems = append(r.problems, problem{line, key, fmt.Sprintf(format, args...)})
}

// has says that a key is in the file.
func (r *reading) has(key string) bool { return r.lines[key] > 0 }

// faulty says that something is wrong with a key, or in it, already.
func (r *reading) faulty(key string) bool {
	return slices.ContainsFunc(r.problems, func(p problem) bool {
		return p.key == key || strings.HasPrefix(p.key, key+".")
	})
}

func (r *reading) at(key string, line int) { r.lines[key] = line }

// item is the key of a list's i-th element, counted from 1.
func item(list string, i int) string { return list + "." + strconv.Itoa(i+1) }

// file decodes a whole file.
func (r *reading) file(raw []byte, into any) {
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		r.problems = append(r.problems, notYAML(err))
		return
	}
	r.asked = true
	if len(doc.Content) == 0 {
		r.refuse("", "is empty; config.example.yaml shows what belongs there")
		return
	}
	r.decode(doc.Content[0], into, "")
}

var (
	yamlLine = regexp.MustCompile(`line (\d+)`)
	yamlKind = regexp.MustCompile(`mapping values are not allowed|did not find expected|could not find expected|found character that cannot start any token|already defined|found unknown escape|tab character`)
)

// notYAML says where a file stops being YAML. Of the parser's words only those
// known to hold nothing of the file are passed on.
func notYAML(err error) problem {
	p := problem{words: "can't be read as YAML from here on"}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		p.line, _ = strconv.Atoi(m[1])
	}
	if m := yamlKind.FindString(err.Error()); m != "" {
		p.words += " (" + m + ")"
	}
	p.words += "; look for a missing quote, space or bracket"
	return p
}

// decode puts what stands in n into the pointer into.
func (r *reading) decode(n *yaml.Node, into any, path string) {
	if path != "" && !r.has(path) {
		r.at(path, n.Line)
	}
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		r.refuse(path, "uses an anchor or alias (& or *); write it out, or put it in quotes if the mark belongs to it")
		return
	}
	v := reflect.ValueOf(into).Elem()
	if d, ok := into.(decoder); ok {
		d.decode(r, n, path)
		return
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return // a key with nothing behind it is as good as none
	}
	switch {
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.decode(n, v.Interface(), path)
	case v.Kind() == reflect.Struct:
		r.decodeMap(n, v, path)
	case v.Kind() == reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			r.refuse(path, "must be a list, as [a, b]")
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
		for i, c := range n.Content {
			r.decode(c, v.Index(i).Addr().Interface(), item(path, i))
		}
	case n.Kind != yaml.ScalarNode:
		r.refuse(path, "must be one value, not a list or a map")
	default:
		r.decodeValue(n, v, path)
	}
}

func (r *reading) decodeValue(n *yaml.Node, v reflect.Value, path string) {
	switch v.Interface().(type) {
	case time.Duration:
		d, err := time.ParseDuration(n.Value)
		if err != nil {
			r.refuse(path, "must be a length of time with its unit, as 2s, 30m or 6h")
			return
		}
		v.SetInt(int64(d))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.TrimSpace(n.Value))
	case reflect.Bool:
		switch strings.ToLower(n.Value) {
		case "true", "yes", "on":
			v.SetBool(true)
		case "false", "no", "off":
		default:
			r.refuse(path, "must be true or false")
		}
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if err != nil {
			r.refuse(path, "must be a whole number")
			return
		}
		v.SetInt(int64(i))
	}
}

func (r *reading) decodeMap(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		r.refuse(path, "must be a map with these keys: %s", strings.Join(keysOf(v.Type()), ", "))
		return
	}
	known := keysOf(v.Type())
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name := key.Value
		at := strings.TrimPrefix(path+"."+name, ".")
		if key.Kind != yaml.ScalarNode || !plainKey.MatchString(name) {
			r.problems = append(r.problems, problem{key.Line, path, "has a key that is no word; these are known: " + strings.Join(known, ", ")})
			continue
		}
		field := slices.Index(known, name)
		switch {
		case field < 0:
			r.at(at, key.Line)
			r.refuse(at, "%s", unknownKey(name, known))
		case seen[name]:
			r.problems = append(r.problems, problem{key.Line, at, "stands there twice"})
		default:
			seen[name] = true
			r.at(at, key.Line)
			r.decode(value, v.Field(field).Addr().Interface(), at)
		}
	}
}

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_ -]{1,40}$`)

// unknownKey says what may have been meant.
func unknownKey(name string, known []string) string {
	if slices.Contains(known, name+"_env") {
		return fmt.Sprintf("is a secret and never stands in this file; write %s_env with the name of an environment variable, or %s_file with a file's path", name, name)
	}
	low := strings.ToLower(strings.ReplaceAll(name, "-", "_"))
	best, by := "", 3
	for _, k := range known {
		d := edlib.OSADamerauLevenshteinDistance(low, k)
		if strings.HasPrefix(k, low) && len(low) > 2 {
			d = min(d, 2)
		}
		if d < by && d < (len(k)+1)/2+1 {
			best, by = k, d
		}
	}
	if best != "" {
		return fmt.Sprintf("is no key here; is %s meant?", best)
	}
	return "is no key here; these are known: " + strings.Join(known, ", ")
}

// keysOf are the names of a struct's fields in the file, in order; fields
// without one stand last.
func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("yaml"); tag != "" {
			keys = append(keys, tag)
		}
	}
	return keys
}

// childOf is the value of a map's key, nil if there is none.
func childOf(n *yaml.Node, key string) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

// reason is why a file could not be read, without its name.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

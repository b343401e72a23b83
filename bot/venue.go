package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sprintbot/sprints"
)

// Bounds of a venue file.
const (
	venueBytes = 1 << 20
	codeMax    = 20 // characters of a room or table
)

// Venue is what a venue file holds: rooms and tables in its order.
type Venue struct {
	Rooms  []sprints.Room
	Tables []sprints.Table
}

// readVenue reads lines of room,table,seats. A head line, empty lines, lines
// that begin with #, quotes, spaces around and a byte order mark are fine. Its
// error names every line that is not, as file:line: words.
func readVenue(path string) (Venue, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Venue{}, fmt.Errorf("the venue file can't be read: %w", err)
	}
	name := filepath.Base(path)
	switch {
	case len(raw) > venueBytes:
		return Venue{}, fmt.Errorf("%s: is longer than any venue", name)
	case !utf8.Valid(raw):
		return Venue{}, fmt.Errorf("%s: is not UTF-8 text; save it as CSV UTF-8", name)
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	lines := csv.NewReader(bytes.NewReader(raw))
	lines.FieldsPerRecord = -1
	lines.TrimLeadingSpace = true
	lines.Comment = '#'
	if first, _, _ := bytes.Cut(raw, []byte("\n")); bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		lines.Comma = ';' // as some spreadsheets write it
	}
	var v Venue
	var faults []error
	refuse := func(line int, format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s:%d: %s", name, line, fmt.Sprintf(format, args...)))
	}
	seen := map[string]int{} // line of a table, by folded code
	for first := true; ; first = false {
		fields, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			refuse(broken.StartLine, "a quote is not closed, or stands inside a word")
			break
		}
		if err != nil {
			return Venue{}, fmt.Errorf("%s: %w", name, err)
		}
		line, _ := lines.FieldPos(0)
		for i := range fields {
			fields[i] = sprints.OneLine(fields[i])
		}
		for len(fields) > 3 && fields[len(fields)-1] == "" {
			fields = fields[:len(fields)-1]
		}
		if first && headLine(fields) || !slices.ContainsFunc(fields, func(f string) bool { return f != "" }) {
			continue
		}
		if len(fields) != 3 {
			refuse(line, "has %d columns, wanted room,table,seats, as 302,C1,8", len(fields))
			continue
		}
		room, code := fields[0], fields[1]
		seats, err := strconv.Atoi(fields[2])
		switch before := seen[strings.ToLower(code)]; {
		case room == "":
			refuse(line, "names no room")
		case code == "":
			refuse(line, "names no table")
		case utf8.RuneCountInString(room) > codeMax || utf8.RuneCountInString(code) > codeMax:
			refuse(line, "a room and a table have at most %d characters", codeMax)
		case strings.ContainsAny(code, " \t"):
			refuse(line, "table %q has a space; a code is one word, as C1", code)
		case err != nil || seats < 1 || seats > sprints.SeatsMax:
			refuse(line, "the seats of table %s are a number from 1 to %d", code, sprints.SeatsMax)
		case before > 0:
			refuse(line, "table %s stands in line %d already", code, before)
		default:
			seen[strings.ToLower(code)] = line
			v.Tables = append(v.Tables, sprints.Table{Code: code, Room: v.room(room), Seats: seats})
		}
	}
	if len(faults) > 0 {
		return Venue{}, errors.Join(faults...)
	}
	return v, nil
}

// headLine says that a first line names the columns.
func headLine(fields []string) bool {
	if len(fields) != 3 {
		return false
	}
	_, err := strconv.Atoi(fields[2])
	return err != nil && strings.EqualFold(fields[0], "room") && strings.EqualFold(fields[1], "table")
}

// room is the room of a code, added when it is new. A bare number gets a name
// people say: "Room 302".
func (v *Venue) room(code string) sprints.Room {
	if i := slices.IndexFunc(v.Rooms, func(r sprints.Room) bool { return strings.EqualFold(r.Code, code) }); i >= 0 {
		return v.Rooms[i]
	}
	room := sprints.Room{Code: code, Name: code}
	if r := code[0]; r >= '0' && r <= '9' {
		room.Name = "Room " + code
	}
	v.Rooms = append(v.Rooms, room)
	return room
}

// keepVenue adds and changes rooms and tables; it removes none, and keeps what
// a room has beyond the file, as its floor.
func keepVenue(tx sprints.TableWriter, v Venue) error {
	known, err := tx.Rooms()
	if err != nil {
		return err
	}
	for _, room := range v.Rooms {
		for _, k := range known {
			if strings.EqualFold(k.Code, room.Code) {
				room.Floor = k.Floor
			}
		}
		if err := tx.SaveRoom(room); err != nil {
			return err
		}
	}
	for _, t := range v.Tables {
		if err := tx.SaveTable(t); err != nil {
			return err
		}
	}
	return nil
}

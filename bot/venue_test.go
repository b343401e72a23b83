package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sprintbot/sprints"
)

func venueFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "venue.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAVenueFileIsReadAsPeopleWriteIt(t *testing.T) {
	r302, atrium := sprints.Room{Code: "302", Name: "Room 302"}, sprints.Room{Code: "Atrium", Name: "Atrium"}
	want := Venue{
		Rooms:  []sprints.Room{r302, atrium},
		Tables: []sprints.Table{{Code: "C1", Room: r302, Seats: 8}, {Code: "C2", Room: r302, Seats: 6}, {Code: "A2", Room: atrium, Seats: 10}},
	}
	for name, text := range map[string]string{
		"plain":           "302,C1,8\n302,C2,6\nAtrium,A2,10\n",
		"head line":       "Room,Table,Seats\n302,C1,8\n302,C2,6\nAtrium,A2,10",
		"byte order mark": "\xef\xbb\xbfroom,table,seats\r\n302,C1,8\r\n302,C2,6\r\nAtrium,A2,10\r\n",
		"quotes, spaces":  "\"302\", C1 ,8\n\n302, \"C2\", 6\n# the big one\n\"Atrium\",A2,10,,\n,,\n",
		"semicolons":      "room;table;seats\n302;C1;8\n302;C2;6\natrium;A2;10\n",
	} {
		got, err := readVenue(venueFile(t, text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name == "semicolons" {
			got.Rooms[1], got.Tables[2].Room = atrium, atrium
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAVenueFileIsRefusedWithItsLines(t *testing.T) {
	_, err := readVenue(venueFile(t, "room,table,seats\n302,C1\n302,C2,none\n302,B4,8\n301,b4,8\n,B5,6\n302,,6\n302,B 6,6\n302,B7,0\n302,B8,1000\n"+strings.Repeat("x", 30)+",B9,4\n"))
	want := `venue.csv:2: has 2 columns, wanted room,table,seats, as 302,C1,8
venue.csv:3: the seats of table C2 are a number from 1 to 200
venue.csv:5: table b4 stands in line 4 already
venue.csv:6: names no room
venue.csv:7: names no table
venue.csv:8: table "B 6" has a space; a code is one word, as C1
venue.csv:9: the seats of table B7 are a number from 1 to 200
venue.csv:10: the seats of table B8 are a number from 1 to 200
venue.csv:11: a room and a table have at most 20 characters`
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
	for text, words := range map[string]string{
		"302,\"C1,8\n302,C2,6\n":          "venue.csv:1: a quote is not closed",
		"302,C\xff,8\n":                   "is not UTF-8",
		strings.Repeat("302,C1,8\n", 2e5): "is longer than any venue",
	} {
		if _, err := readVenue(venueFile(t, text)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("want %q: %v", words, err)
		}
	}
	if _, err := readVenue(filepath.Join(t.TempDir(), "none.csv")); err == nil {
		t.Error("no error for no file")
	}
}

func TestTheExampleVenueIsRead(t *testing.T) {
	v, err := readVenue("../venue.example.csv")
	if err != nil || len(v.Rooms) != 3 || len(v.Tables) != 7 {
		t.Errorf("%+v %v", v, err)
	}
}

func TestAVenueIsKeptAgainAndRemovesNothing(t *testing.T) {
	store := testStore(t, testClock(t, "2027-05-17 09:00"))
	keep := func(text string) {
		t.Helper()
		v, err := readVenue(venueFile(t, text))
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Write(t.Context(), func(tx sprints.Tx) error { return keepVenue(tx, v) }); err != nil {
			t.Fatal(err)
		}
	}
	keep("302,C1,8\n302,C2,6\n")
	store.Write(t.Context(), func(tx sprints.Tx) error {
		return tx.SaveRoom(sprints.Room{Code: "302", Name: "Room 302", Floor: "2nd floor"})
	})
	keep("302,c1,10\n303,D1,4\n")
	err := store.Read(t.Context(), func(v sprints.View) error {
		tables, err := v.Tables()
		var got []string
		for _, t := range tables {
			got = append(got, strings.ToUpper(t.Code)+" "+t.Room.Name+" "+t.Room.Floor+" "+string(rune('0'+t.Seats/10))+string(rune('0'+t.Seats%10)))
		}
		if diff := cmp.Diff([]string{"C1 Room 302 2nd floor 10", "C2 Room 302 2nd floor 06", "D1 Room 303  04"}, got); diff != "" {
			t.Error(diff)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

package chat_test

import (
	"testing"

	"sprintbot/sprints/chat"
)

func TestAPictureIsSpelledInFrontOfWhatToTryNext(t *testing.T) {
	line := func(role chat.Role, words string) chat.Line {
		return chat.Line{Role: role, Cells: []chat.Text{chat.Plainly(words)}}
	}
	r := chat.Reply{Lines: []chat.Line{line(chat.Plain, "A quarter fewer."), line(chat.Try, "attendance 1")},
		Picture: &chat.Picture{Token: "t", Title: "Who came", Alt: "67, then 50", URL: "https://s.example/picture/t.png"}}
	if got, want := r.Spelled().Plain(), "A quarter fewer.\nWho came: 67, then 50\nhttps://s.example/picture/t.png\nattendance 1"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if len(r.Lines) != 2 || r.Picture == nil {
		t.Errorf("it was changed: %+v", r)
	}
	r.Picture.Told = true
	if got, want := r.Spelled().Plain(), "A quarter fewer.  https://s.example/picture/t.png\nattendance 1"; got != want {
		t.Errorf("told by the lines: %q, want %q", got, want)
	}
	if r.Picture.URL = ""; r.Spelled().Plain() != "A quarter fewer.\nattendance 1" || len(r.Lines[0].Cells) != 1 || len(r.Picture.Lines()) != 0 {
		t.Errorf("told by the lines, without an address: %q, %+v", r.Spelled().Plain(), r.Lines)
	}
	r = chat.Reply{Picture: &chat.Picture{Token: "t", Title: "Who came", Alt: "67, then 50"}}
	if got := r.Spelled().Plain(); got != "Who came: 67, then 50" || r.Silent() {
		t.Errorf("alone and without an address: %q", got)
	}
}

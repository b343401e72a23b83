package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"sprintbot/bot/commands"
)

// TestTheTourOfTheReadmeWorksAsWritten types the README's ten lines into a
// bot without a configuration and expects an answer to each, none of which
// says that it was not understood.
func TestTheTourOfTheReadmeWorksAsWritten(t *testing.T) {
	raw, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tour, _ := strings.Cut(string(raw), "## A tour in ten lines")
	var lines []string
	for _, m := range regexp.MustCompile("(?m)^\\d+\\. `([^`]+)`").FindAllStringSubmatch(tour, -1) {
		lines = append(lines, m[1])
	}
	if len(lines) != 10 {
		t.Fatalf("the tour has %d lines", len(lines))
	}
	t.Chdir(t.TempDir())
	out := typed(t, lines...)
	for i, want := range [][]string{
		{"12 projects", "Copperkettle", "C1"},
		{"3 issues", "1) Larkfield", "#812", "table B3"},
		{"Yours until", "#812"},
		{"Checked in", "B3"},
		nil, // said in the room: no answer
		{"Kiteflyer is on the board, and you are its lead"},
		{"B4 is Kiteflyer's now, 8 seats"},
		{"told every channel about Kiteflyer"},
		{"301", "31"},
		{"Attendance of Sample Sprints", "128 heads"},
	} {
		for _, words := range want {
			if !strings.Contains(out[i], words) {
				t.Errorf("%d. %s\n  answers without %q: %s", i+1, lines[i], words, out[i])
			}
		}
	}
}

func TestTheConsoleCompletesCommands(t *testing.T) {
	for _, typed := range []string{"proj", "table c"} {
		if lines := commands.Complete(typed); len(lines) == 0 {
			t.Errorf("nothing for %q", typed)
		}
	}
}

// typed runs the program without a configuration in the present folder, types
// lines into it, and returns the answer to each.
func typed(t *testing.T, lines ...string) []string {
	t.Helper()
	in, keys, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if _, err := keys.WriteString(strings.Join(lines, "\n") + "\n"); err != nil {
		t.Fatal(err)
	}
	keys.Close()
	var out, errs bytes.Buffer
	if err := run(t.Context(), options{Listen: "127.0.0.1:0"}, in, &out, &errs); err != nil {
		t.Fatalf("%v\n%s", err, &errs)
	}
	// What is said in the room may come at any time and is no answer.
	var own []string
	for line := range strings.Lines(out.String()) {
		if !strings.HasPrefix(line, "[") {
			own = append(own, line)
		}
	}
	_, answers, ok := strings.Cut(strings.Join(own, ""), "else there is\n\n")
	if !ok {
		t.Fatalf("no greeting in:\n%s", &out)
	}
	all := strings.Split(strings.TrimSuffix(answers, "\n\n"), "\n\n")
	var each []string
	for _, a := range all {
		for ; strings.HasPrefix(a, "\n"); a = a[1:] { // a line without an answer
			each = append(each, "")
		}
		each = append(each, a)
	}
	if len(each) != len(lines) {
		t.Fatalf("%d answers to %d lines:\n%s", len(each), len(lines), &out)
	}
	return each
}

package commands_test

import (
	"strings"
	"testing"

	"sprintbot/sprints"
)

func TestOnlyItsLeadHearsThatAPageCantBeRead(t *testing.T) {
	const address = "https://wiki.example.org/Sprint/Copperkettle"
	w := newWorld(t)
	keep := func(problem string) {
		w.write(func(tx sprints.Tx) error {
			p, err := tx.ProjectBySlug("copperkettle")
			if err == nil {
				_, err = tx.AddPage(sprints.Page{Project: p.ID, URL: address, Problem: problem})
			}
			return err
		})
	}
	shown := func() string { return w.did(newcomer, "project show copperkettle").Reply.Plain() }
	keep("")
	if !strings.Contains(shown(), address) {
		t.Errorf("the page is not linked:\n%s", shown())
	}
	keep("The wiki says that it is not there.")
	if s := shown(); strings.Contains(s, address) || strings.Contains(s, "read just now") {
		t.Errorf("a newcomer is told of a page that can't be read:\n%s", s)
	}
	s := w.did(leader, "project show copperkettle").Reply.Plain()
	if strings.Contains(s, address) || !strings.Contains(s, "Its page can't be read just now.") {
		t.Errorf("its lead reads\n%s", s)
	}
}

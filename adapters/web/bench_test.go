package web_test

import (
	"fmt"
	"net/http"
	"testing"

	"sprintbot/adapters/web"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// fillLarge is a large sprint: 50 tables, 500 people, 400 easy issues.
func fillLarge(k *kit) {
	k.write(func(tx sprints.Tx) error {
		today := sprints.DayOf(tx.Now(), newYork(k.t))
		if err := tx.SetEvent(sprints.Event{Name: "Large", Zone: newYork(k.t), First: today, Last: today.Add(3)}); err != nil {
			return err
		}
		for i := range 50 {
			room := sprints.Room{Code: fmt.Sprint(300 + i%8), Name: fmt.Sprint("Room ", 300+i%8)}
			if err := tx.SaveRoom(room); err != nil {
				return err
			}
			code := fmt.Sprintf("T%d", i)
			if err := tx.SaveTable(sprints.Table{Code: code, Room: room, Seats: 12}); err != nil {
				return err
			}
			id, err := tx.AddProject(sprints.Project{Slug: fmt.Sprint("p", i), Name: fmt.Sprint("Project ", i), State: sprints.Listed, At: tx.Now()})
			if err != nil {
				return err
			}
			if err := tx.UseTable(code, id, 12); err != nil {
				return err
			}
			repo, err := tx.AddRepo(sprints.Repo{Project: id, Owner: "o", Name: fmt.Sprint("n", i), SyncedAt: tx.Now()})
			if err != nil {
				return err
			}
			for j := range 8 {
				if _, err := tx.SaveIssue(sprints.Issue{Repo: repo, Number: j + 1, Title: "Fix", URL: "https://example.org/1", Labels: []string{"easy"}, Tier: 4, Open: true, SeenAt: tx.Now(), CreatedAt: tx.Now(), UpdatedAt: tx.Now()}); err != nil {
					return err
				}
			}
			for j := range 10 {
				p, err := tx.Meet(chat.Handle{Network: "x", ID: fmt.Sprint(i, "-", j), Nick: "n"})
				if err != nil {
					return err
				}
				if j == 0 {
					if err := tx.AddLead(id, p.ID); err != nil {
						return err
					}
				}
				if _, err := tx.AddSeat(sprints.Seat{Person: p.ID, Project: id, Table: code, Day: today, In: tx.Now(), Via: "x"}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// BenchmarkAForm is a visitor's command on a large board, the new board included.
func BenchmarkAForm(b *testing.B) {
	k := start(b, web.Config{Lobby: web.Anonymous}, fillLarge)
	br := k.browser()
	page := br.get("/p/p1")
	n := 0
	for b.Loop() {
		n++
		if n%8 == 0 {
			br = k.browser()
			page = br.get("/p/p1")
		}
		res, body := br.post("/do", map[string][]string{"key": {br.key(page)}, "do": {fmt.Sprintf("here T%d", n%50)}, "back": {"/"}})
		if res.StatusCode != http.StatusSeeOther {
			b.Fatal(body)
		}
	}
}

// BenchmarkTheBoard is one viewer of a large board.
func BenchmarkTheBoard(b *testing.B) {
	k := start(b, web.Config{Lobby: web.Anonymous}, fillLarge)
	br := k.browser()
	for b.Loop() {
		br.get("/")
	}
}

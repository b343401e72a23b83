package main

import (
	"database/sql"
	"encoding/json"
	"testing"

	"sprintbot/sprints/chat"
)

// allArrived counts what was lost, doubled and out of order, room by room in
// each direction: what was said to the bot and what it has a row of. On IRC at
// most so many lines a room may be twice, on Slack none. Words that Slack
// delivered again may be late: ordered says whether its order counts.
func (c *corner) allArrived(mostOnIRC int, ordered bool) {
	c.t.Helper()
	rows := relayedRows(c.t, c.database(), numberedMessage.FindString)
	for from := range 2 {
		way := sideNames[from] + " to " + sideNames[1-from]
		var said, unheard, kept, arrived, lost, skipped, doubled, late int
		for _, r := range c.rooms {
			times := map[string]int{}
			newest, again, absent, told := "", 0, 0, 0
			if c.aged {
				told = c.skippedIn(r, 1-from)
			}
			for _, words := range c.shown(r, 1-from) {
				if times[words]++; times[words] > 1 {
					again++
				} else if words < newest {
					late++
				}
				newest = max(newest, words)
			}
			due := 0
			for n, one := range c.spoken {
				words := message(from, n)
				if one.room != r || !one.said[from] {
					continue
				}
				said++
				if !one.there[from] {
					unheard++
					if rows[words] || times[words] > 0 {
						c.t.Errorf("%s: heard in %s where the bot was not: %q", way, r.name, words)
					}
					continue
				}
				if from == sideIRC && n < c.unsure && !rows[words] && times[words] == 0 {
					unheard++
					continue
				}
				if due++; rows[words] {
					kept++
				}
				if times[words] > 0 {
					continue
				}
				if absent++; absent > told {
					lost++
					c.t.Errorf("%s: lost in %s: %q, of which there is a row: %v", way, r.name, words, rows[words])
				}
			}
			if strays := len(times) + absent - due; strays > 0 {
				c.t.Errorf("%s: %d messages in %s that were not said there", way, strays, r.name)
			}
			if most := [2]int{sideSlack: mostOnIRC}[from]; again > most {
				c.t.Errorf("%s: %d doubled in %s, at most %d may be", way, again, r.name, most)
			}
			if absent != told && c.aged {
				c.t.Errorf("%s: %d did not come to %s, which was told of %d", way, absent, r.name, told)
			}
			arrived, skipped, doubled = arrived+len(times), skipped+told, doubled+again
		}
		if arrived < said/4 {
			c.t.Errorf("%s: only %d of %d were heard: the test shows little", way, arrived, said)
		}
		if late > 0 && (from == sideIRC || ordered) {
			c.t.Errorf("%s: %d out of order", way, late)
		}
		c.t.Logf("%s: %d said, %d of them where nobody could hear, %d rows, %d arrived, %d lost, %d skipped and told, %d doubled, %d out of order",
			way, said, unheard, kept, arrived, lost, skipped, doubled, late)
	}
}

// relayedRows are the words that the bot has kept to relay them, as found by
// find in each row: what it has heard.
func relayedRows(t *testing.T, path string, find func(string) string) map[string]bool {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT body FROM outbox WHERE source IS NOT NULL AND body IS NOT NULL`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	words := map[string]bool{}
	for rows.Next() {
		var body string
		var out chat.Outgoing
		if err := rows.Scan(&body); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(body), &out); err != nil {
			t.Fatal(err)
		}
		if w := find(out.Reply.Plain()); w != "" {
			words[w] = true
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return words
}

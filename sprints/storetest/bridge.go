package storetest

import (
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// testBridge: pauses count what they hold back, what is ignored is listed, and
// traffic tells of every channel.
func testBridge(t *testing.T, b *bench) {
	room, far := chat.Place{Network: "libera", Channel: "#sprint"}, chat.Place{Network: "pycon", Channel: "#sprints"}
	start := b.clock.Now()
	b.write(func(tx sprints.Tx) {
		equal(b, "paused", ok(tx.PauseBridge(room)), true)
		equal(b, "paused again", ok(tx.PauseBridge(room)), false)
		done(tx.SkipLine(room, start.Add(2*time.Second)))
		done(tx.SkipLine(room, start.Add(time.Second)))
		done(tx.SkipLine(far, start)) // it is not paused: nothing is counted
		equal(b, "pauses", ok(tx.Pauses())[0], sprints.Pause{Place: room, At: start, Skipped: 2, First: start.Add(time.Second), Last: start.Add(2 * time.Second)})
		equal(b, "how many", len(ok(tx.Pauses())), 1)

		ok(tx.Heard(chat.Message{ID: "1", In: far, At: start, Kind: chat.Said}))
		ok(tx.Heard(chat.Message{ID: "2", In: chat.Direct(handle("account:ada", "ada")), At: start, Kind: chat.Said}))
		one, two := b.post(tx, chat.Outgoing{}), b.post(tx, chat.Outgoing{})
		done(tx.Confirm(one, 1, 1, chat.Receipt{ID: "r"}))
		done(tx.Kill(two, "no"))
		equal(b, "traffic", len(ok(tx.Traffic())), 2)
		equal(b, "traffic of the room", ok(tx.Traffic())[0], sprints.Traffic{
			Queue: sprints.Queue{Place: room, Dead: 1}, Sent: start, Paused: start})
		equal(b, "traffic elsewhere", ok(tx.Traffic())[1], sprints.Traffic{Queue: sprints.Queue{Place: far}, Heard: start})

		pause := ok(tx.ResumeBridge(room))
		equal(b, "what was skipped", pause.Skipped, 2)
		_, err := tx.ResumeBridge(room)
		b.is("resumed twice", err, sprints.ErrNotFound)

		equal(b, "ignored", ok(tx.Ignore("libera", "gateway*")), true)
		equal(b, "ignored again", ok(tx.Ignore("libera", "gateway*")), false)
		equal(b, "all ignored", ok(tx.Ignored())[0], sprints.Ignored{Network: "libera", Who: "gateway*", At: start})
		equal(b, "heeded", ok(tx.Heed("libera", "gateway*")), true)
		equal(b, "heeded again", ok(tx.Heed("libera", "gateway*")), false)
		equal(b, "trusted", ok(tx.Trust("libera", "gateway*")), true)
		equal(b, "trusted again", ok(tx.Trust("libera", "gateway*")), false)
		equal(b, "all trusted", ok(tx.Trusted())[0], sprints.Ignored{Network: "libera", Who: "gateway*", At: start})
		equal(b, "ignored after all", ok(tx.Ignore("libera", "gateway*")), true)
		equal(b, "trusted no more", len(ok(tx.Trusted())), 0)
	})
}

// testLearned: the pace that a place has taught is kept, whatever else is known of it.
func testLearned(t *testing.T, b *bench) {
	room := chat.Place{Network: "pycon", Channel: "#sprints"}
	learned := func(v sprints.View) time.Duration {
		all := ok(v.Traffic())
		equal(b, "places", len(all), 1)
		return all[0].Learned
	}
	b.write(func(tx sprints.Tx) { done(tx.Learned(room, 4*time.Second)) })
	b.write(func(tx sprints.Tx) {
		equal(b, "learned", learned(tx), 4*time.Second)
		done(tx.Hold(room, time.Time{}, ""))
		equal(b, "learned still", learned(tx), 4*time.Second)
		done(tx.Learned(room, 0))
		equal(b, "forgotten", learned(tx), 0)
	})
}

// testNetworks: what was said last of networks is kept, and nothing of before.
func testNetworks(t *testing.T, b *bench) {
	since := b.clock.Now().Add(-time.Hour)
	libera := sprints.NetworkState{Name: "libera", Status: chat.Status{Up: true, Since: since, Note: "connected as sprintbot"},
		Pace: chat.Pace{Every: 4 * time.Second}, Learned: 4 * time.Second}
	pycon := sprints.NetworkState{Name: "pycon", Status: chat.Status{Fatal: true, Note: "token revoked"}, Pace: chat.Pace{PlaceEvery: time.Second}, Told: since}
	b.write(func(tx sprints.Tx) { done(tx.SaveNetworks([]sprints.NetworkState{{Name: "gone"}, libera})) })
	b.write(func(tx sprints.Tx) {
		done(tx.SaveNetworks([]sprints.NetworkState{pycon, libera}))
		libera.At, pycon.At = tx.Now(), tx.Now()
		equal(b, "how many", len(ok(tx.Networks())), 2)
		equal(b, "first", ok(tx.Networks())[0], libera)
		equal(b, "second", ok(tx.Networks())[1], pycon)
	})
}

// testRevive: dead rows go again behind all others, unless their words are gone:
// then they are over.
func testRevive(t *testing.T, b *bench) {
	room, other := chat.Place{Network: "libera", Channel: "#sprint"}, chat.Place{Network: "libera", Channel: "#other"}
	var last int64
	b.write(func(tx sprints.Tx) {
		dead := b.post(tx, chat.Outgoing{Key: "dead", Lane: chat.Relays, Expires: tx.Now().Add(time.Hour)})
		elsewhere := b.post(tx, chat.Outgoing{Key: "elsewhere", To: other})
		last = b.post(tx, chat.Outgoing{})
		done(tx.Kill(dead, "no"))
		done(tx.Kill(elsewhere, "no"))
	})
	b.clock.Add(2 * time.Hour)
	b.write(func(tx sprints.Tx) {
		again, gone, err := tx.Revive(room)
		done(err)
		equal(b, "again", again, 1)
		equal(b, "gone", gone, 0)
		rows := ok(tx.Waiting("libera", last, 9))
		equal(b, "behind all others", len(rows), 1)
		equal(b, "its key", rows[0].Key, "dead")
		equal(b, "its lane", rows[0].Lane, chat.Relays)
		equal(b, "its words", rows[0].Reply.Plain(), "hello")
		equal(b, "as much time as it had", rows[0].Expires.Equal(tx.Now().Add(time.Hour)), true)
		_, first, err := tx.Post(chat.Outgoing{Key: "dead", To: room})
		done(err)
		equal(b, "a key stays used", first, false)
		ok(tx.Blank(tx.Now()))
		again, gone, err = tx.Revive(chat.Place{})
		done(err)
		equal(b, "again everywhere", again, 0)
		equal(b, "words gone", gone, 1)
		_, gone, err = tx.Revive(chat.Place{})
		done(err)
		equal(b, "words gone, known", gone, 0)
		for _, q := range ok(tx.Queues()) {
			equal(b, "dead", q.Dead, 0)
		}
	})
}

package storetest

import (
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// testFlood: what a breaker stopped is kept by place until it is told.
func testFlood(_ *testing.T, b *bench) {
	room, far := chat.Place{Network: "libera", Channel: "#sprint"}, chat.Place{Network: "pycon", Channel: "#sprints"}
	start := b.clock.Now()
	thread := room
	thread.Thread = "1"
	b.write(func(tx sprints.Tx) {
		equal(b, "nothing", ok(tx.Flood(thread)), sprints.Flood{Place: room})
		done(tx.SaveFlood(sprints.Flood{Place: far, Kept: 3, Since: start, Told: start}))
		f := sprints.Flood{Place: room, Lines: 2, First: start, Last: start.Add(time.Second), Page: "abcdefghijklmnopqrstuv", Kept: 1, Since: start}
		done(tx.SaveFlood(f))
		f.Lines++
		done(tx.SaveFlood(f))
		equal(b, "kept", ok(tx.Flood(room)), f)
		equal(b, "not told yet", len(ok(tx.Floods())), 1)
		equal(b, "that one", ok(tx.Floods())[0], f)
	})
}

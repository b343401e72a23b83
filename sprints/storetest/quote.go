package storetest

import (
	"fmt"
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func testQuote(_ *testing.T, b *bench) {
	source, other := chat.SourceKey("pycon", "C1:1.2"), chat.SourceKey("pycon", "C1:1.3")
	words := chat.Saying(chat.Plainly(`"quotes":"pycon\u001fC1:1.2"`))
	re := func(what string) chat.Text {
		return chat.Text{{Text: "re "}, {Text: "ada"}, {Text: ` "`}, {Text: what}, {Text: `": `}}
	}
	b.write(func(tx sprints.Tx) {
		quoting := b.post(tx, chat.Outgoing{Key: "a", Kind: chat.Said, Reply: words, Re: re("one"), Quotes: source})
		b.post(tx, chat.Outgoing{Kind: chat.Said, Reply: words, Re: re("two"), Quotes: other})
		b.post(tx, chat.Outgoing{Kind: chat.Said, Reply: words})
		sent := b.post(tx, chat.Outgoing{Kind: chat.Said, Reply: words, Re: re("one"), Quotes: source})
		done(tx.Confirm(sent, 1, 1, chat.Receipt{ID: "r1"}))
		equal(b, "nothing said", len(ok(tx.Unquote(""))), 0)
		rows := ok(tx.Unquote(source))
		equal(b, "rows that quote it", fmt.Sprint(len(rows), rows[0].Row), fmt.Sprint(1, quoting))
		equal(b, "rows that quote it still", len(ok(tx.Unquote(source))), 0)
		var got []string
		for _, q := range ok(tx.Waiting("libera", 0, 10)) {
			got = append(got, q.Re.Plain()+q.Reply.Plain())
		}
		equal(b, "what waits", fmt.Sprint(got), fmt.Sprint([]string{"re ada: " + words.Plain(), `re ada "two": ` + words.Plain(), words.Plain()}))
		equal(b, "a key that was posted", ok(tx.Posted("a")), true)
		equal(b, "a key that was not", ok(tx.Posted("b")), false)
	})
}

// testInItsTime has rows that wait for an instant: they are no queue before it.
func testInItsTime(_ *testing.T, b *bench) {
	room := chat.Place{Network: "libera", Channel: "#sprint"}
	b.write(func(tx sprints.Tx) {
		b.post(tx, chat.Outgoing{To: room, NotBefore: tx.Now().Add(time.Minute)})
		equal(b, "before its time", fmt.Sprint(ok(tx.Queues())), fmt.Sprint([]sprints.Queue{{Place: room}}))
		b.post(tx, chat.Outgoing{To: room, NotBefore: tx.Now().Add(2 * time.Minute)})
	})
	due := b.clock.Now().Add(time.Minute)
	b.clock.Add(90 * time.Second)
	b.read(func(v sprints.View) {
		q := ok(v.Queues())[0]
		equal(b, "those whose time has come", fmt.Sprint(q.Waiting, q.Oldest.Equal(due)), fmt.Sprint(1, true))
	})
}

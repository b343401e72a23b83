package slack

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// gaveUp has Slack refuse the app, and waits until the network ends.
func (b *bench) gaveUp() {
	b.t.Helper()
	b.d.Fail(slackdouble.Fault{Method: "apps.connections.open", Error: "token_revoked"})
	b.d.Cut()
	select {
	case err := <-b.ran:
		if err == nil {
			b.t.Error("ended well")
		}
	case <-b.ctx().Done():
		b.t.Fatal("goes on")
	}
	b.d.Heal()
}

// A network that gives up while it reads what was said meanwhile reads it when it is tried again.
func TestWhatWasBeingReadAsTheNetworkGaveUpIsReadAfterwards(t *testing.T) {
	b, k := keeping(t)
	var hang atomic.Bool
	began := make(chan struct{}, 1)
	b.n.mark = func(ctx context.Context, p chat.Place) (sprints.Mark, error) {
		if hang.Load() && p.Channel == "#sprints" {
			select {
			case began <- struct{}{}:
			default:
			}
			<-ctx.Done()
			return sprints.Mark{}, ctx.Err()
		}
		return k.mark(ctx, p)
	}
	b.run()
	b.d.Say("ada.l", "#sprints", "first")
	b.messages(1)
	b.settled()
	b.caughtUp()
	hang.Store(true)
	b.refreshed()
	select {
	case <-began:
	case <-b.ctx().Done():
		t.Fatal("nothing is read")
	}
	b.gaveUp()
	hang.Store(false)
	b.d.Say("ada.l", "#sprints", "said meanwhile")
	b.run()
	b.messages(2)
	b.caughtUp()
}

// What waited as the network gave up has its fate, and is not posted when the network is tried again.
func TestWhatWaitedAsTheNetworkGaveUpIsDoneOnce(t *testing.T) {
	o := newOutbox()
	fates, calls := map[string]int{}, map[string]int{}
	put := func(place string) {
		o.put(job{chat.Part{Body: place, Out: chat.Outgoing{To: chat.Place{Channel: place}}}, func(chat.Receipt, error) { fates[place]++ }})
	}
	o.open()
	for i := range 3 * flight {
		put(fmt.Sprint("#", i))
	}
	ctx, end := context.WithCancel(t.Context())
	end()
	o.run(ctx, func(context.Context, job) { t.Error("done by nobody") })
	o.open()
	put("#0")
	put("#last")
	ctx, end = context.WithCancel(t.Context())
	defer end()
	got := make(chan string, 10*flight)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		o.run(ctx, func(_ context.Context, j job) { got <- j.part.Body })
	}()
	for n := 0; calls["#last"] == 0; n++ {
		select {
		case place := <-got:
			calls[place]++
		case <-t.Context().Done():
			t.Fatal("not done")
		}
	}
	end()
	<-ended
	for i := range 3 * flight {
		place := fmt.Sprint("#", i)
		if fates[place] != 1 || i > 0 && calls[place] != 0 {
			t.Errorf("%s: told %d times, posted %d times afterwards", place, fates[place], calls[place])
		}
	}
}

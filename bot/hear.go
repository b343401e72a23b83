package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"time"

	"sprintbot/bot/commands"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// ear is where everything said arrives: what is heard becomes facts and
// outgoing rows in one write.
type ear struct {
	store  sprints.Store
	guard  *guard
	kick   func()               // wakes the senders after a place was paused or resumed
	reload func(by chat.Handle) // has the configuration read again; nil can't
	forget func([]chat.Handle)  // what the page remembers of people; nil has no page
	log    *slog.Logger

	mu      sync.RWMutex // a reload changes what is below
	desk    *commands.Desk
	carrier relay.Carrier

	telling    sync.Mutex   // held for a moment only
	organizers []chat.Place // where they are told what concerns them
}

// answerTime is how long somebody may stay away and still get an answer.
const answerTime = 24 * time.Hour

// hear keeps a batch of one network, in order. When it returns without an
// error all of it is committed and may be acknowledged.
func (e *ear) hear(ctx context.Context, ms []chat.Message) ([]chat.Heard, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	var (
		heard []chat.Heard
		fx    effects
	)
	if !slices.ContainsFunc(ms, e.carrier.Wants) {
		return make([]chat.Heard, len(ms)), nil
	}
	verdicts := e.guard.floods.Judge(time.Now(), ms, e.carrier.Routes.Joins, e.ignores)
	err := e.store.Write(ctx, func(tx sprints.Tx) error {
		heard, fx = make([]chat.Heard, len(ms)), effects{}
		for i, m := range ms {
			if !e.carrier.Wants(m) {
				continue // nobody asked to be told, and nothing is kept of it
			}
			var err error
			if m.Kind == chat.Renamed { // nothing is heard: to know it twice is no harm
				err = tx.Try(func() error { return sprints.KeepNick(tx, m.From) })
			} else if heard[i].First, err = tx.Heard(m); err == nil && heard[i].First {
				err = tx.Try(func() (err error) {
					heard[i].Reply, err = e.take(ctx, tx, m, verdicts[i], &fx)
					return err
				})
			}
			if errors.Is(err, sprints.ErrUnavailable) || err != nil && ctx.Err() != nil {
				return err // nothing of the batch is kept; it comes again
			}
			if err != nil { // this message would fail again: the others go on
				e.log.Error("message left out", "network", m.In.Network, "place", m.In, "id", m.ID, "error", err)
			}
		}
		return nil
	})
	if err != nil {
		e.guard.floods.Failed(ms, verdicts)
		return nil, err
	}
	e.heeded(ctx, ms)
	if fx.reload && e.reload != nil {
		e.reload(fx.by)
	}
	if fx.forgot != nil && e.forget != nil {
		e.forget(fx.forgot)
	}
	return heard, nil
}

// effects are what follows a batch once it is kept.
type effects struct {
	reload bool
	by     chat.Handle // who asked for it
	forgot []chat.Handle
}

// take decides what one new message means.
func (e *ear) take(ctx context.Context, tx sprints.Tx, m chat.Message, v relay.Verdict, fx *effects) (inline *chat.Reply, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if m, err = overtaken(tx, m); err != nil {
		return nil, err
	}
	if m, err = resaid(tx, m); err != nil {
		return nil, err
	}
	if own, err := ours(tx, m); own || err != nil || e.ignores(m) {
		return nil, err
	}
	if m.Addressed && m.Kind == chat.Said {
		if v.Stop && !m.From.Bot {
			return e.tooMany(tx, m, v)
		}
		if reply, ok := tooLate(m); ok {
			return e.answer(tx, m, commands.Outcome{Reply: reply})
		}
		if m.Ago == 0 {
			if err := sprints.KeepNick(tx, m.From); err != nil {
				return nil, err
			}
		}
		out, err := e.desk.Answer(ctx, tx, m)
		if err != nil {
			return nil, err
		}
		if out.Reload {
			fx.reload, fx.by = true, m.From
		}
		fx.forgot = append(fx.forgot, out.Forgot...)
		if !out.Ignored {
			return e.answer(tx, m, out)
		}
	}
	if m.Direct {
		return nil, nil
	}
	return nil, e.carry(tx, m, v)
}

// answerKey is the key of the answer to a message.
func answerKey(source string) string { return "answer\x1f" + source }

// answer posts what a command says: its reply to who asked, its announcements
// to every place of the bridge, once.
func (e *ear) answer(tx sprints.Tx, m chat.Message, out commands.Outcome) (*chat.Reply, error) {
	source := chat.SourceKey(m.In.Network, m.ID)
	for i, said := range out.Announce {
		for _, to := range e.carrier.Routes.Everywhere(m.In) {
			_, _, err := tx.Post(chat.Outgoing{
				Key:   "announce\x1f" + source + "\x1f" + strconv.Itoa(i) + "\x1f" + to.String(),
				To:    to,
				Lane:  chat.Announcements,
				Kind:  chat.Said,
				Reply: said,
				At:    m.At,
			})
			if err != nil {
				return nil, err
			}
		}
	}
	if m.Inline {
		return &out.Reply, nil
	}
	if out.Reply.Silent() {
		return nil, nil
	}
	to := m.In
	if !m.Direct {
		to = chat.Direct(m.From)
	}
	_, _, err := tx.Post(chat.Outgoing{
		Key:     answerKey(source),
		To:      to,
		Lane:    chat.Answers,
		Kind:    chat.Said,
		Reply:   out.Reply,
		Return:  m.Return,
		At:      m.At,
		Expires: tx.Now().Add(answerTime),
	})
	return nil, err
}

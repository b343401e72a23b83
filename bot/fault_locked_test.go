package main

import (
	"database/sql"
	"testing"
	"time"

	"sprintbot/adapters/slack/slackdouble"
)

// TestFaultLockedDatabase has another program hold the database's write lock
// for longer than the bot waits for it. The bot says so, in its log and at
// /healthz; nothing goes out that could not be kept, and nothing is
// acknowledged: Slack delivers it again, what IRC brought waits in the bot.
// Once the lock is free all of it arrives, without a restart.
func TestFaultLockedDatabase(t *testing.T) {
	t.Parallel()
	c := newCorner(t, cornerStage{slack: []slackdouble.Option{slackdouble.WithAckWithin(time.Second),
		slackdouble.WithRetryAfter(time.Second, 3*time.Second, 5*time.Second, 5*time.Second, 5*time.Second)}})
	c.says(10)
	c.arrives()
	before := c.restful()
	c.settled()

	db, err := sql.Open("sqlite", "file:"+c.database()+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	other, err := db.Conn(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.ExecContext(c.ctx, "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	had, asked := c.allShown(), len(c.slack.Envelopes())
	c.says(20)
	c.healthy(c.ctx, t, "the store can't be written")
	c.logged.wait(t, c.ctx, "another program has the database locked")
	if n := c.allShown() - had; n > 0 {
		t.Errorf("%d lines went out that could not be kept", n)
	}
	c.unacknowledged(asked)
	if _, err := other.ExecContext(c.ctx, "ROLLBACK"); err != nil {
		t.Fatal(err)
	}

	if err := c.slack.WaitSettled(c.ctx); err != nil || c.slack.GaveUp() > 0 {
		t.Fatalf("%v, Slack gave up %d", err, c.slack.GaveUp())
	}
	c.says(10)
	c.arrives()
	if err := c.slack.WaitSettled(c.ctx); err != nil {
		t.Fatal(err)
	}
	c.healthy(c.ctx, t, "")
	c.rests(before)
	c.stop()
	c.allArrived(0, false)
}

package commands

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Bounds of link codes. A short one is typed within minutes; a lead's lives
// until the sprint is over and is too long to be guessed.
const (
	linkTime   = 10 * time.Minute
	linkTries  = 5   // wrong codes of one identity within linkTime
	linkAll    = 100 // wrong codes of a whole network within linkTime: guests come again under another name
	leadLetter = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
	leadLength = 10
)

// hashed is a code as it is stored, whatever case and marks it is typed with.
func hashed(code string) string {
	code = strings.NewReplacer(" ", "", "-", "").Replace(fold(code))
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

func drawn(n int64) (int64, error) {
	i, err := rand.Int(rand.Reader, big.NewInt(n))
	if err != nil {
		return 0, fmt.Errorf("draw a link code: %w", err)
	}
	return i.Int64(), nil
}

// link gives a code, or joins the asker to the person who got one.
func link(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	if len(call.Args) > 0 {
		return call.useCode(tx, call.Rest(0))
	}
	who, err := call.Meet(tx)
	if err != nil {
		return chat.Reply{}, err
	}
	n, err := drawn(1_000_000)
	if err != nil {
		return chat.Reply{}, err
	}
	digits := fmt.Sprintf("%06d", n)
	if err := tx.AddLinkCode(sprints.LinkCode{Hash: hashed(digits), Person: who.ID, Until: tx.Now().Add(linkTime)}); err != nil {
		return chat.Reply{}, err
	}
	return call.Answer(
		call.Say("Say this to me in private from your other network, or on the page; then both are you. It works once, for ten minutes."),
		call.Say("%v", code("link "+digits)))
}

// useCode joins. A wrong code is counted, so it is an answer and no Refusal,
// which would undo the count.
func (c *Call) useCode(tx sprints.Tx, typed string) (chat.Reply, error) {
	n, err := tx.FailedLinks(c.From, tx.Now().Add(-linkTime))
	if err != nil {
		return chat.Reply{}, err
	}
	all, err := tx.FailedLinks(chat.Handle{Network: c.From.Network}, tx.Now().Add(-linkTime))
	switch {
	case err != nil:
		return chat.Reply{}, err
	case n < linkTries && all >= linkAll:
		return chat.Reply{}, sprints.Refuse(sprints.Closed, "There were many wrong codes here just now; wait ten minutes, or get a code here and say it on your other network.").
			Hint("link")
	case n >= linkTries:
		return chat.Reply{}, sprints.Refuse(sprints.Closed, "Those were %d wrong codes; wait ten minutes, then ask for a new one where you are known.", n).
			Hint("help link")
	}
	taken, err := tx.TakeLinkCode(hashed(typed))
	if errors.Is(err, sprints.ErrNotFound) {
		if err := tx.FailedLink(c.From); err != nil {
			return chat.Reply{}, err
		}
		return c.Answer(c.Say("That code is wrong, used or too old. Where you are known, this gives a new one:"), c.Try("link"))
	}
	if err != nil {
		return chat.Reply{}, err
	}
	if !c.Direct {
		return c.Answer(c.Say("Others could read that code here, so I have made it void. Ask for a new one, and say it to me in private."), c.Try("help link"))
	}
	return c.join(tx, taken.Person)
}

// join makes the asker one with the person who got the code.
func (c *Call) join(tx sprints.Tx, keep sprints.PersonID) (chat.Reply, error) {
	who, err := tx.Meet(c.From)
	if err != nil {
		return chat.Reply{}, err
	}
	if who.ID == keep {
		return chat.Reply{}, sprints.Refuse(sprints.Conflict, "That is your own code; say it from your other network.").Hint("help link")
	}
	if err := tx.JoinPersons(keep, who.ID); err != nil {
		return chat.Reply{}, err
	}
	ids, err := tx.Identities(keep)
	if err != nil {
		return chat.Reply{}, err
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = id.Nick + " on " + id.Network
	}
	lines := []chat.Line{c.Say("You are one person now: %s.", strings.Join(names, ", "))}
	led, err := tx.LedBy(keep)
	if err != nil {
		return chat.Reply{}, err
	}
	if c.From.Guest() && len(led) > 0 {
		again, err := c.keepLead(tx, sprints.Person{ID: keep}, led[0])
		if err != nil {
			return chat.Reply{}, err
		}
		lines = append(lines, again)
	}
	return c.Answer(append(lines, c.Try("me"))...)
}

// keepLead gives a lead without an account a code for their next connection.
func (c *Call) keepLead(tx sprints.Tx, who sprints.Person, p sprints.Project) (chat.Line, error) {
	e, err := tx.Event()
	if err != nil {
		return chat.Line{}, err
	}
	var b strings.Builder
	for i := range leadLength {
		if i == leadLength/2 {
			b.WriteByte('-')
		}
		n, err := drawn(int64(len(leadLetter)))
		if err != nil {
			return chat.Line{}, err
		}
		b.WriteByte(leadLetter[n])
	}
	until := e.Last.End(e.Zone)
	if soon := tx.Now().Add(24 * time.Hour); until.Before(soon) {
		until = soon
	}
	if err := tx.AddLinkCode(sprints.LinkCode{Hash: hashed(b.String()), Person: who.ID, Until: until}); err != nil {
		return chat.Line{}, err
	}
	return c.Say("You have no account here, so keep this: from a new connection %v makes %s yours again, once, until %s.",
		code("link "+b.String()), p.Name, clock(e, tx.Now(), until)), nil
}

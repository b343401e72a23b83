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
	linkTries  = 5 // wrong codes of one identity within linkTime
	linkDigits = 6
	linkMost   = 12
	leadLetter = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
	leadLength = 10
)

// hashed is a code as it is stored, whatever case and marks it is typed with.
func hashed(code string) string {
	code = strings.NewReplacer(" ", "", "-", "").Replace(fold(code))
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// linkLength is how many digits a code has now: six, and one more for each ten
// times as many wrong codes, from anywhere, as a hundred within linkTime.
//
// Nobody is locked out by what others guess: an identity has linkTries, but a
// guest or a browser comes again as another. So the code grows instead. Who
// goes on guessing at one rate hits a given code within its ten minutes with
// at most 1 in 10,000 (a hundred tries at six digits, a thousand at seven).
// Who begins, or grows, while it is alive has at most 1 in 1,000: from then on
// it is tooShort, and its owner asks for a new one.
func linkLength(v sprints.PersonReader, now time.Time) (int, error) {
	wrong, err := v.FailedLinks(chat.Handle{}, now.Add(-linkTime))
	length := linkDigits
	for bound := 100; wrong > bound && length < linkMost; bound *= 10 {
		length++
	}
	return length, err
}

// tooShort says that a code of digits is two behind what linkLength is now. A
// lead's has letters and is always long enough.
func tooShort(typed string, length int) bool {
	digits := 0
	for _, r := range typed {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r != ' ' && r != '-':
			return false
		}
	}
	return digits < length-1
}

// drawnDigits is a code of so many.
func drawnDigits(length int) (string, error) {
	var b strings.Builder
	for range length {
		n, err := drawn(10)
		if err != nil {
			return "", err
		}
		b.WriteByte(byte('0' + n))
	}
	return b.String(), nil
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
	length, err := linkLength(tx, tx.Now())
	if err != nil {
		return chat.Reply{}, err
	}
	digits, err := drawnDigits(length)
	if err != nil {
		return chat.Reply{}, err
	}
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
	if err != nil {
		return chat.Reply{}, err
	}
	if n >= linkTries {
		return chat.Reply{}, sprints.Refuse(sprints.Closed, "Those were %d wrong codes; wait ten minutes, then ask for a new one where you are known.", n).
			Hint("help link")
	}
	length, err := linkLength(tx, tx.Now())
	if err != nil {
		return chat.Reply{}, err
	}
	taken, err := sprints.LinkCode{}, sprints.ErrNotFound
	if !tooShort(typed, length) {
		taken, err = tx.TakeLinkCode(hashed(typed))
	}
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

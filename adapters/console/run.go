package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"sprintbot/sprints/chat"
)

// source gives the lines that are typed.
type source interface {
	// line waits for the next one, without its end: io.EOF when there is no
	// more, errLong for one that is too long.
	line(ctx context.Context, prompt string) (string, error)
	// close gives the terminal back as it was.
	close()
}

var errLong = fmt.Errorf("a line longer than %d bytes", lineBytes)

// Run reads lines and answers them, one after the other, until ctx ends (nil)
// or the input does (ErrEnd). A read of standard input cannot be called off:
// when ctx ends first, the goroutine that reads is left with its last read,
// which ends with the input or the process.
func (n *Network) Run(ctx context.Context, hear func(ctx context.Context, ms []chat.Message) ([]chat.Heard, error)) error {
	var in source
	if n.cfg.Terminal {
		in = newTerminal(n)
	} else {
		in = newPiped(n.cfg.In)
	}
	defer in.close()
	for {
		line, err := in.line(ctx, n.me().Nick+"> ")
		var answer []string
		switch {
		case ctx.Err() != nil:
			if n.cfg.Terminal {
				return n.print([]string{""}) // what comes next stands below the prompt
			}
			return nil
		case errors.Is(err, io.EOF):
			return ErrEnd
		case errors.Is(err, errLong):
			answer = []string{"That line is longer than I can read. Please say it in shorter ones."}
		case err != nil:
			return fmt.Errorf("read the console: %w", err)
		default:
			t := n.read(line)
			if t.quit {
				return ErrEnd
			}
			answer = n.answer(ctx, t, hear)
		}
		if ctx.Err() != nil && answer == nil {
			return nil
		}
		if err := n.print(answer); err != nil {
			return fmt.Errorf("write the console: %w", err)
		}
	}
}

// answer does what a line asks for and returns the lines to show.
func (n *Network) answer(ctx context.Context, t typed, hear func(ctx context.Context, ms []chat.Message) ([]chat.Heard, error)) []string {
	switch {
	case t.nick != "":
		n.who.Lock()
		n.nick = t.nick
		n.who.Unlock()
		return []string{"You are " + t.nick + " now."}
	case t.message == nil:
		return t.say
	}
	m := *t.message
	n.heard++
	m.ID, m.From, m.At = n.started+"-"+strconv.Itoa(n.heard), n.me(), n.cfg.Clock.Now()
	if m.Direct {
		m.In = chat.Direct(m.From)
	}
	n.who.Lock()
	n.last = m.At
	n.who.Unlock()
	heard, err := hear(ctx, []chat.Message{m})
	switch {
	case ctx.Err() != nil && err != nil:
		return nil
	case err != nil:
		n.log.Error("a line was not kept", "id", m.ID, "error", err)
		return []string{"I can't keep anything at the moment, so this did not count. Please say it again in a minute.", "  try: status"}
	case len(heard) != 1 || heard[0].Reply == nil:
		return nil
	}
	return replyLines(*heard[0].Reply, n.cfg.Terminal)
}

// piped reads lines from a reader, each only when it is asked for.
type piped struct {
	asked chan struct{}
	lines chan read
}

type read struct {
	line string
	err  error
}

func newPiped(in io.Reader) *piped {
	p := &piped{asked: make(chan struct{}), lines: make(chan read, 1)}
	buffer := bufio.NewReader(in)
	go func() {
		for range p.asked {
			line, err := readLine(buffer)
			p.lines <- read{line, err}
		}
	}()
	return p
}

func (p *piped) line(ctx context.Context, _ string) (string, error) {
	select {
	case p.asked <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	select {
	case r := <-p.lines:
		return r.line, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (p *piped) close() { close(p.asked) }

// readLine reads one line, and passes over the rest of one that is too long.
func readLine(in *bufio.Reader) (string, error) {
	var line []byte
	long := false
	for {
		piece, more, err := in.ReadLine()
		if err != nil {
			if len(line) > 0 && errors.Is(err, io.EOF) {
				break
			}
			return "", err
		}
		if len(line)+len(piece) > lineBytes {
			long = true
		} else {
			line = append(line, piece...)
		}
		if !more {
			break
		}
	}
	if long {
		return "", errLong
	}
	return string(line), nil
}

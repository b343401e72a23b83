package console

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/peterh/liner"
)

// terminal reads lines from a person, with editing, history and completion.
type terminal struct {
	n     *Network
	state *liner.State
	asked chan string
	lines chan read
}

func newTerminal(n *Network) *terminal {
	t := &terminal{n: n, state: liner.NewLiner(), asked: make(chan string), lines: make(chan read, 1)}
	t.state.SetCtrlCAborts(true)
	t.state.SetTabCompletionStyle(liner.TabPrints)
	t.state.SetCompleter(n.complete)
	go func() {
		for prompt := range t.asked {
			line, err := t.state.Prompt(prompt)
			t.lines <- read{line, err}
		}
	}()
	return t
}

func (t *terminal) line(ctx context.Context, prompt string) (string, error) {
	t.n.prompting(true)
	defer t.n.prompting(false)
	select {
	case t.asked <- prompt:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	select {
	case r := <-t.lines:
		if errors.Is(r.err, liner.ErrPromptAborted) {
			return "", io.EOF
		}
		if r.err == nil && strings.TrimSpace(r.line) != "" {
			t.state.AppendHistory(r.line)
		}
		return r.line, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (t *terminal) close() {
	close(t.asked)
	t.state.Close()
}

func (n *Network) prompting(up bool) {
	n.mu.Lock()
	n.up = up
	n.mu.Unlock()
}

// complete gives whole lines that begin with what was typed.
func (n *Network) complete(typed string) []string {
	var lines []string
	for _, own := range []string{"/say ", "/me ", "/nick ", "/quit"} {
		if strings.HasPrefix(own, typed) && typed != "" {
			lines = append(lines, own)
		}
	}
	if n.cfg.Complete == nil || strings.HasPrefix(typed, "/") {
		return lines
	}
	return append(lines, n.cfg.Complete(typed)...)
}

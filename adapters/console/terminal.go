package console

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/peterh/liner"
)

// terminal reads lines from a person, with editing, history and completion.
type terminal struct {
	n     *Network
	state *liner.State
	asked chan string
	lines chan read
	began time.Time // the prompt that stands there
}

// settling is how long the line editor may take from its prompt on the screen to
// the mode it puts the terminal in; it does not tell when it has.
const settling = 50 * time.Millisecond

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
		t.began = time.Now()
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

// close gives the terminal back, not before the line editor has taken it: it
// would take it afterwards.
func (t *terminal) close() {
	close(t.asked)
	if young := settling - time.Since(t.began); young > 0 {
		<-time.After(young)
	}
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

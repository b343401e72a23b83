package irctest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"

	"github.com/ergochat/irc-go/ircmsg"
)

// Line is one line read from the other end, taken apart.
type Line struct {
	// Raw is the line as read, without its CRLF.
	Raw string
	// Tags are the message tags, unescaped; nil without any.
	Tags map[string]string
	// Nick, User and Host are the parts of the source; User and Host are empty
	// for a server.
	Nick, User, Host string
	// Command is upper case, or three digits.
	Command string
	// Params are the parameters, the trailing one last.
	Params []string
}

// Text is the last parameter, or "".
func (l Line) Text() string {
	if len(l.Params) == 0 {
		return ""
	}
	return l.Params[len(l.Params)-1]
}

// Target is the first parameter, or "".
func (l Line) Target() string {
	if len(l.Params) == 0 {
		return ""
	}
	return l.Params[0]
}

// parse takes a line apart; one that does not parse keeps only Raw.
func parse(raw string) Line {
	line := Line{Raw: raw}
	m, err := ircmsg.ParseLine(raw)
	if err != nil {
		return line
	}
	line.Command, line.Params = strings.ToUpper(m.Command), m.Params
	if tags := m.AllTags(); len(tags) > 0 {
		line.Tags = tags
	}
	if nuh, err := m.NUH(); err == nil {
		line.Nick, line.User, line.Host = nuh.Name, nuh.User, nuh.Host
	}
	return line
}

// wire is one end of a connection: a reader that keeps every line, answers
// PING, and wakes who waits.
type wire struct {
	conn net.Conn
	done chan struct{}

	mu    sync.Mutex
	lines []Line
	next  int           // the first line no await has passed
	more  chan struct{} // closed and replaced with each line and at the end
	err   error         // why reading ended
	pong  bool          // answer PING
}

func newWire(conn net.Conn) *wire {
	w := &wire{conn: conn, done: make(chan struct{}), more: make(chan struct{}), pong: true}
	go w.read()
	return w
}

func (w *wire) read() {
	defer close(w.done)
	r := bufio.NewReader(w.conn)
	for {
		raw, err := r.ReadString('\n')
		if err != nil {
			w.mu.Lock()
			w.err = err
			close(w.more)
			w.mu.Unlock()
			return
		}
		line := parse(strings.TrimRight(raw, "\r\n"))
		w.mu.Lock()
		w.lines = append(w.lines, line)
		close(w.more)
		w.more = make(chan struct{})
		answer := w.pong && line.Command == "PING"
		w.mu.Unlock()
		if answer {
			_ = w.send("PONG :" + line.Text())
		}
	}
}

// send writes one line and its CRLF.
func (w *wire) send(raw string) error {
	_, err := io.WriteString(w.conn, raw+"\r\n")
	return err
}

// await returns the first line not yet passed that matches, and passes it.
func (w *wire) await(ctx context.Context, match func(Line) bool) (Line, error) {
	for {
		w.mu.Lock()
		for i := w.next; i < len(w.lines); i++ {
			if match(w.lines[i]) {
				w.next = i + 1
				line := w.lines[i]
				w.mu.Unlock()
				return line, nil
			}
		}
		more, err := w.more, w.err
		w.mu.Unlock()
		if err != nil {
			return Line{}, fmt.Errorf("the connection ended: %w", err)
		}
		select {
		case <-more:
		case <-ctx.Done():
			return Line{}, ctx.Err()
		}
	}
}

// seen waits until any line since the beginning matches; it passes nothing.
func (w *wire) seen(ctx context.Context, match func(Line) bool) (Line, error) {
	at := 0
	for {
		w.mu.Lock()
		for ; at < len(w.lines); at++ {
			if match(w.lines[at]) {
				line := w.lines[at]
				w.mu.Unlock()
				return line, nil
			}
		}
		more, err := w.more, w.err
		w.mu.Unlock()
		if err != nil {
			return Line{}, fmt.Errorf("the connection ended: %w", err)
		}
		select {
		case <-more:
		case <-ctx.Done():
			return Line{}, ctx.Err()
		}
	}
}

func (w *wire) all() []Line {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Line(nil), w.lines...)
}

func (w *wire) close() {
	_ = w.conn.Close()
	<-w.done
}

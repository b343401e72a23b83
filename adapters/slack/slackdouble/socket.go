package slackdouble

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// socket is one Socket Mode connection of the app.
type socket struct {
	conn   *websocket.Conn
	mu     sync.Mutex
	queue  [][]byte
	wake   chan struct{} // capacity 1: the queue has grown
	gone   chan struct{}
	once   sync.Once
	ending bool // told to disconnect: gets nothing new
}

func (s *socket) cut() {
	s.once.Do(func() {
		close(s.gone)
		_ = s.conn.Close()
	})
}

func (s *socket) push(frame []byte) {
	s.mu.Lock()
	s.queue = append(s.queue, frame)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// over says that the connection is cut.
func (s *socket) over() bool {
	select {
	case <-s.gone:
		return true
	default:
		return false
	}
}

func (s *socket) take() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queue
	s.queue = nil
	return q
}

// serveSocket upgrades one connection, says hello, pings, and reads acknowledgements until it is cut.
func (d *Double) serveSocket(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	ticket := r.URL.Query().Get("ticket")
	ok := d.tickets[ticket] && !d.closed && !d.away
	delete(d.tickets, ticket)
	if ok {
		d.wait.Add(1)
		defer d.wait.Done()
	}
	d.mu.Unlock()
	if !ok {
		http.Error(w, "ticket is not valid", http.StatusForbidden)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	s := &socket{conn: conn, wake: make(chan struct{}, 1), gone: make(chan struct{})}
	defer s.cut()
	d.join(s)
	defer d.leave(s)
	var writer sync.WaitGroup
	defer writer.Wait()
	defer s.cut() // before the wait: the writer ends with the connection
	writer.Go(func() { d.write(s) })
	for {
		_, frame, err := conn.ReadMessage()
		if err != nil {
			return
		}
		d.heardBack(s, frame)
	}
}

func (d *Double) join(s *socket) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sockets = append(d.sockets, s)
	d.connections++
	hello, _ := json.Marshal(map[string]any{
		"type": "hello", "num_connections": len(d.sockets), "connection_info": map[string]any{"app_id": AppID},
		"debug_info": map[string]any{"host": "applink-double", "build_number": 1, "approximate_connection_time": 18060},
	})
	s.push(hello)
	if d.closed {
		s.cut()
	}
	d.dispatchLocked()
	d.tellLocked()
}

// leave forgets a socket; what it carried and nobody acknowledged is delivered again.
func (d *Double) leave(s *socket) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.sockets {
		if d.sockets[i] == s {
			d.sockets = append(d.sockets[:i], d.sockets[i+1:]...)
			break
		}
	}
	for _, e := range d.envelopes {
		if del := d.open[e.ID]; del != nil && del.envelope == e && del.state == sent && del.on == s {
			d.failedLocked(del)
		}
	}
	d.tellLocked()
}

func (d *Double) write(s *socket) {
	ping := time.NewTicker(d.pingEvery)
	defer ping.Stop()
	for {
		select {
		case <-s.gone:
			return
		case <-ping.C:
			if d.isSilent() {
				continue
			}
			if s.conn.WriteControl(websocket.PingMessage, []byte("Ping from double"), time.Now().Add(5*time.Second)) != nil {
				s.cut()
				return
			}
		case <-s.wake:
			for _, frame := range s.take() {
				if s.conn.WriteMessage(websocket.TextMessage, frame) != nil {
					s.cut()
					return
				}
			}
		}
	}
}

func (d *Double) isSilent() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.silent
}

// Disconnect tells every socket to go, with Slack's reason: warning (10 s ahead), refresh_requested or link_disabled.
// A told socket gets nothing new and is closed by the double after the grace if the client stays.
func (d *Double) Disconnect(reason string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	frame, _ := json.Marshal(map[string]any{"type": "disconnect", "reason": reason,
		"debug_info": map[string]any{"host": "applink-double"}})
	grace := time.Second
	if reason == "warning" {
		grace = 10 * time.Second
	}
	for _, s := range d.sockets {
		s.ending = true
		s.push(frame)
		d.afterLocked(grace, s.cut)
	}
}

// Cut closes every socket without a word.
func (d *Double) Cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.sockets {
		s.cut()
	}
}

// FallSilent keeps the sockets open and stops pinging, delivering and listening on them (a half-open link), or ends that.
func (d *Double) FallSilent(silent bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.silent = silent
	d.dispatchLocked()
}

// SetAway takes the whole of Slack away: sockets are cut, every call answers 503; false brings it back. What people
// say meanwhile is kept and delivered at the next connection (the real Slack gives up after about six minutes).
func (d *Double) SetAway(away bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.away = away
	if away {
		for _, s := range d.sockets {
			s.cut()
		}
	}
}

// SendRaw writes one text frame to every socket as it stands: junk, or an envelope of a type nobody knows.
func (d *Double) SendRaw(frame string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.sockets {
		s.push([]byte(frame))
	}
}

// Connections says how many sockets have been opened so far.
func (d *Double) Connections() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.connections
}

// WaitConnected waits until the app has opened at least n sockets since the start and one is open.
func (d *Double) WaitConnected(ctx context.Context, n int) error {
	return d.waitFor(ctx, fmt.Sprintf("connection %d", n), func() bool {
		return d.connections >= n && len(d.sockets) > 0
	})
}

package web

import (
	"net"
	"net/http"
	"strings"
)

// policy lets a page load its own files and nothing else, and run nothing
// that stands in the page.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// handler is all pages behind the guards.
func (s *Site) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.getBoard)
	mux.HandleFunc("GET /p/{slug}", s.getProject)
	mux.HandleFunc("GET /t/{token}", s.getPaste)
	mux.HandleFunc("GET /easy", s.getEasy)
	mux.HandleFunc("GET /map", s.getMap)
	mux.HandleFunc("GET /screen/board", s.getScreen)
	mux.HandleFunc("GET /signin", s.getSignin)
	mux.HandleFunc("GET /stored", s.getStored)
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("GET /healthz", s.getHealth)
	mux.HandleFunc("GET /ops", s.getOps)
	mux.HandleFunc("GET /static/{file}", s.files.serve)
	mux.HandleFunc("GET /face/{file}", s.getFace)
	mux.HandleFunc("GET /picture/{file}", s.getPicture)
	mux.HandleFunc("POST /do", s.postDo)
	mux.HandleFunc("POST /ops/run", s.postRun)
	mux.HandleFunc("POST /signin", s.postSignin)
	mux.HandleFunc("POST /signout", s.postSignout)
	if s.cfg.Lobby != Off {
		mux.HandleFunc("GET /lobby", s.getLobby)
		mux.HandleFunc("POST /lobby", s.postSay)
		mux.HandleFunc("POST /lobby/name", s.postName)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.problem(w, r, http.StatusNotFound, "There is no page here.", "The board has all projects.")
	})

	cross := http.NewCrossOriginProtection()
	if s.cfg.URL != "" {
		// A proxy may give us another Host than the browser asked for.
		if err := cross.AddTrustedOrigin(s.cfg.URL); err != nil {
			s.log.Warn("the public address can't be trusted as an origin", "error", err)
		}
	}
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.problem(w, r, http.StatusForbidden, "That came from another site, so nothing was done.", "Open the board here and tap again.")
	}))
	return s.guard(cross.Handler(mux))
}

// guard sets the headers every answer has, and on a bot that only its own
// machine should reach refuses other names for it.
func (s *Site) guard(next http.Handler) http.Handler {
	local := s.local()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		if local && !loopback(r.Host) {
			http.Error(w, "This page answers to "+s.URL()+" only.", http.StatusMisdirectedRequest)
			return
		}
		if s.board.Load() == nil {
			// The first reading failed; each request tries again.
			if err := s.refresh(r.Context()); err != nil && r.URL.Path != "/healthz" {
				h.Set("Retry-After", "5")
				http.Error(w, "The board can't be read just now. Try again in a few seconds.", http.StatusServiceUnavailable)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// local says that the page is for this machine alone.
func (s *Site) local() bool {
	host, _, err := net.SplitHostPort(s.Addr())
	return err == nil && s.cfg.URL == "" && net.ParseIP(host).IsLoopback()
}

func loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}

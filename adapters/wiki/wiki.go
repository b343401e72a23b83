// Package wiki reads the page a lead wrote about a project: its title and its
// first words. Only a job calls it, with an address that a stranger typed; so
// it dials nothing but public addresses, on every hop, and gives up on what is
// slow, large or not a text. It never runs scripts, sends cookies or a referrer,
// or follows links in the page. Every failure is a *sprints.Trouble.
package wiki

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"code.dny.dev/ssrf"
	"golang.org/x/net/html/charset"

	"sprintbot/sprints"
)

// The bounds of one page.
const (
	pageTime  = 5 * time.Second // from the name lookup to the last byte
	pageBytes = 1 << 20         // decoded
	redirects = 3
)

// Config says what may be read.
type Config struct {
	// AllowLoopback lets pages be on 127.0.0.1, on any port: for tests.
	AllowLoopback bool
	// Timeout of one page, 0 for 5 s.
	Timeout time.Duration
}

// Reader reads pages. Fetch may be called at once from several goroutines.
type Reader struct {
	client    *http.Client
	transport *http.Transport
	timeout   time.Duration
}

// New is a Reader for c.
func New(c Config) *Reader {
	var options []ssrf.Option
	if c.AllowLoopback {
		options = append(options, ssrf.WithAllowedV4Prefixes(netip.MustParsePrefix("127.0.0.0/8")), ssrf.WithAnyPort())
	}
	dialer := &net.Dialer{Timeout: pageTime, Control: ssrf.New(options...).Safe}
	transport := &http.Transport{
		Proxy:                  nil, // a proxy would dial for us, past the guard
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    pageTime,
		ResponseHeaderTimeout:  pageTime,
		MaxResponseHeaderBytes: 64 << 10,
		DisableKeepAlives:      true,
		ForceAttemptHTTP2:      true,
	}
	r := &Reader{transport: transport, timeout: c.Timeout}
	if r.timeout == 0 {
		r.timeout = pageTime
	}
	r.client = &http.Client{
		Transport: transport,
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > redirects {
				return unfit(0, "The address leads on and on; I stopped after %d redirects.", redirects)
			}
			req.Header.Del("Referer")
			if via[0].URL.Host != req.URL.Host {
				req.Header.Del("If-None-Match")
			}
			return checked(req.URL)
		},
	}
	return r
}

// Fetch reads the page at address. etag is what it had when it was last read,
// "" if it never was; where nothing has changed since, Unchanged is all that is
// told. The error is a *sprints.Trouble, or ctx's.
func (r *Reader) Fetch(ctx context.Context, address, etag string) (sprints.RemotePage, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return sprints.RemotePage{}, unfit(0, "That is not an address I can read.")
	}
	if err := checked(u); err != nil {
		return sprints.RemotePage{}, err
	}
	bound, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(bound, http.MethodGet, u.String(), nil)
	if err != nil {
		return sprints.RemotePage{}, unfit(0, "That is not an address I can read.")
	}
	req.Header.Set("User-Agent", "sprintbot (reads sprint pages)")
	req.Header.Set("Accept", "text/html, text/markdown, text/plain;q=0.9")
	if etag != "" {
		req.Header.Set("If-None-Match", etag)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return sprints.RemotePage{}, failure(ctx, err)
	}
	defer resp.Body.Close()
	page := sprints.RemotePage{Status: resp.StatusCode, URL: resp.Request.URL.String(), ETag: resp.Header.Get("ETag")}
	if resp.StatusCode == http.StatusNotModified && etag != "" {
		page.Unchanged, page.ETag = true, etag
		return page, nil
	}
	if resp.StatusCode != http.StatusOK {
		return sprints.RemotePage{}, answered(resp.StatusCode)
	}
	page.Title, page.Summary, err = r.read(ctx, resp)
	if err != nil {
		return sprints.RemotePage{}, err
	}
	if len(page.ETag) > 256 {
		page.ETag = ""
	}
	return page, nil
}

// read takes title and summary from an answer's body.
func (r *Reader) read(ctx context.Context, resp *http.Response) (title, summary string, err error) {
	header := resp.Header.Get("Content-Type")
	kind, _, err := mime.ParseMediaType(header)
	if err != nil && header != "" {
		kind, _, _ = strings.Cut(header, ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
	}
	parse := map[string]func(string) (string, string){
		"text/html":             parseHTML,
		"application/xhtml+xml": parseHTML,
		"text/plain":            parseText,
		"text/markdown":         parseText,
		"text/x-markdown":       parseText,
	}[kind]
	if parse == nil {
		if kind == "" {
			kind = "of no stated type"
		}
		return "", "", unfit(resp.StatusCode, "The page is %s; I read only web pages and plain text.", clip(clean(kind), 60))
	}
	// Go unpacks gzip by itself and then drops this header.
	if packed := resp.Header.Get("Content-Encoding"); packed != "" && !strings.EqualFold(packed, "identity") {
		return "", "", unfit(resp.StatusCode, "The page is packed in a way I can't read.")
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, pageBytes+1))
	switch {
	case len(b) > pageBytes:
		return "", "", unfit(resp.StatusCode, "The page is larger than 1 MiB, more than I read.")
	case err != nil:
		return "", "", failure(ctx, err)
	}
	title, summary = parse(decoded(b, header))
	return title, summary, nil
}

// decoded is a page's bytes as text: by its header, its own word, or a guess.
func decoded(b []byte, header string) string {
	encoding, _, certain := charset.DetermineEncoding(b[:min(len(b), 1024)], header)
	if certain || !utf8.Valid(b) {
		if words, err := encoding.NewDecoder().Bytes(b); err == nil {
			b = words
		}
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// checked refuses what is not a plain web address.
func checked(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return unfit(0, "I read only addresses that begin with https:// or http://.")
	case u.Hostname() == "":
		return unfit(0, "That is not an address I can read.")
	case u.User != nil:
		return unfit(0, "The address holds a name or password; give me one without.")
	}
	return nil
}

func unfit(status int, format string, args ...any) *sprints.Trouble {
	return &sprints.Trouble{Kind: sprints.Unfit, Status: status, Words: fmt.Sprintf(format, args...)}
}

// answered puts a status that is not 200 into words.
func answered(status int) *sprints.Trouble {
	t := &sprints.Trouble{Kind: sprints.Silent, Status: status, Words: fmt.Sprintf("The page answered %d.", status)}
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		t.Kind, t.Words = sprints.Missing, fmt.Sprintf("The page answered %d: it is not open to everyone.", status)
	case status >= 400 && status < 500 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout:
		t.Kind = sprints.Missing
	}
	return t
}

// failure puts an error of the network into words.
func failure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var t *sprints.Trouble
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &t):
		return t
	case errors.Is(err, ssrf.ErrProhibitedPort):
		return &sprints.Trouble{Kind: sprints.Unfit, Words: "The address names an unusual port; I read only the usual ones.", Err: err}
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork), errors.Is(err, ssrf.ErrInvalidHostPort):
		return &sprints.Trouble{Kind: sprints.Unfit, Words: "The address leads into a private network; I may not read it.", Err: err}
	case errors.As(err, &dns) && dns.IsNotFound:
		return &sprints.Trouble{Kind: sprints.Missing, Words: "Nobody knows the host of that address.", Err: err}
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return &sprints.Trouble{Kind: sprints.Silent, Words: "The page took longer than 5 seconds.", Err: err}
	}
	return &sprints.Trouble{Kind: sprints.Silent, Words: "The page could not be reached.", Err: err}
}

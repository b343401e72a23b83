// Package github asks GitHub what jobs want to know: whether a repository is
// there, its labels, the open issues under one label, and which of them have an
// open pull request. Only jobs call it, never a command. It writes nothing to
// GitHub, keeps nothing, and decides nothing: it answers in the words of
// package sprints, and turns every failure into a *sprints.Trouble.
package github

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"

	"sprintbot/sprints"
)

// Config says how GitHub is asked.
type Config struct {
	// Token of a person or an app, "" for none: then GitHub answers 60
	// questions an hour in place of 5,000.
	Token string
	// APIURL is the address of a GitHub Enterprise's (or a double's) API;
	// "" is api.github.com.
	APIURL string
	// Timeout of one question, 0 for 10 s.
	Timeout time.Duration
	Log     *slog.Logger
}

// Client asks GitHub. Its methods may be called at once from several goroutines.
type Client struct {
	api     *gh.Client
	meter   *meter
	token   bool
	timeout time.Duration
	log     *slog.Logger
}

// New is a Client for c. It asks nothing yet; the error is an address that is none.
func New(c Config) (*Client, error) {
	meter := &meter{
		next:  &http.Transport{Proxy: http.ProxyFromEnvironment, MaxResponseHeaderBytes: 64 << 10, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second},
		token: c.Token,
	}
	api := gh.NewClient(&http.Client{
		Transport: meter,
		// A renamed repository answers 301 on the same host.
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > 3 || req.URL.Host != via[0].URL.Host || req.URL.Scheme != via[0].URL.Scheme {
				return errors.New("a redirect I do not follow")
			}
			return nil
		},
	})
	if c.APIURL != "" {
		u, err := url.Parse(c.APIURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("the address of GitHub's API is written https://host/api/v3, not %q", c.APIURL)
		}
		if api, err = api.WithEnterpriseURLs(c.APIURL, c.APIURL); err != nil {
			return nil, fmt.Errorf("read the address of GitHub's API: %w", err)
		}
	}
	api.UserAgent = "sprintbot"
	meter.host = api.BaseURL.Host
	return &Client{
		api:     api,
		meter:   meter,
		token:   c.Token != "",
		timeout: cmp.Or(c.Timeout, 10*time.Second),
		log:     cmp.Or(c.Log, slog.New(slog.DiscardHandler)),
	}, nil
}

// Authenticated says that questions are asked with a token.
func (c *Client) Authenticated() bool { return c.token }

// Budget is how many questions GitHub still answers, as it said last; not
// known before the first answer.
func (c *Client) Budget() sprints.Budget { return c.meter.budget() }

// Close frees idle connections.
func (c *Client) Close() { c.meter.next.CloseIdleConnections() }

// get asks for path into v, with a validator if etag is not "". unchanged is
// GitHub's 304.
func (c *Client) get(ctx context.Context, path, etag string, v any) (resp *gh.Response, unchanged bool, err error) {
	req, err := c.api.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		return nil, false, fmt.Errorf("ask for %s: %w", path, err)
	}
	if etag != "" {
		req.Header.Set("If-None-Match", etag)
	}
	// Not http.Client.Timeout: the library leaves bodies of errors unclosed,
	// and its timer would outlive the answer.
	bound, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	resp, err = c.api.Do(bound, req, v)
	switch {
	case err == nil:
		return resp, false, nil
	case resp != nil && resp.StatusCode == http.StatusNotModified:
		return resp, true, nil
	}
	return nil, false, c.trouble(ctx, subject(path), err)
}

// subject is owner/name of a path, for people.
func subject(path string) string {
	parts := strings.SplitN(path, "/", 4)
	if len(parts) < 3 || parts[0] != "repos" {
		return "that"
	}
	name, _, _ := strings.Cut(parts[2], "?")
	return parts[1] + "/" + name
}

// trouble puts a failure into words.
func (c *Client) trouble(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if t := (*sprints.Trouble)(nil); errors.As(err, &t) {
		c.log.Warn("github asks to wait", "status", t.Status, "wait", t.Wait)
		return t
	}
	t := &sprints.Trouble{Kind: sprints.Silent, Words: "GitHub is not answering.", Err: err}
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		t.Words = "GitHub answered something I can't read."
	}
	if resp := answer(err); resp != nil {
		t.Status = resp.StatusCode
		switch t.Status {
		case http.StatusUnauthorized:
			t.Kind, t.Words = sprints.Rejected, "GitHub refuses the bot's token. An organizer has to give it a new one."
		case http.StatusForbidden, http.StatusUnavailableForLegalReasons:
			t.Kind, t.Words = sprints.Missing, "GitHub does not let me read "+what+"."
		case http.StatusNotFound, http.StatusUnprocessableEntity:
			t.Kind, t.Words = sprints.Missing, "GitHub knows no "+what+", or it is private."
		case http.StatusGone:
			t.Kind, t.Words = sprints.Missing, what+" keeps no issues on GitHub."
		}
	}
	return t
}

// answer is the HTTP answer behind an error of the library, nil if there is none.
func answer(err error) *http.Response {
	var plain *gh.ErrorResponse
	var abuse *gh.AbuseRateLimitError
	var rate *gh.RateLimitError
	switch {
	case errors.As(err, &plain):
		return plain.Response
	case errors.As(err, &abuse):
		return abuse.Response
	case errors.As(err, &rate):
		return rate.Response
	}
	return nil
}

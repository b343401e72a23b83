package wiki_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sprintbot/adapters/wiki"
	"sprintbot/sprints"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func page(kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		fmt.Fprint(w, body)
	}
}

func local() *wiki.Reader {
	return wiki.New(wiki.Config{AllowLoopback: true, Timeout: 5 * time.Second})
}

func refused(t *testing.T, r *wiki.Reader, address string, kind sprints.TroubleKind, words string) {
	t.Helper()
	got, err := r.Fetch(t.Context(), address, "")
	var trouble *sprints.Trouble
	if !errors.As(err, &trouble) {
		t.Fatalf("%s: read %+v, err %v", address, got, err)
	}
	if trouble.Kind != kind || trouble.Words != words {
		t.Errorf("%s: %s %q, want %s %q", address, trouble.Kind, trouble.Words, kind, words)
	}
}

func TestTitleAndFirstWordsOfAPage(t *testing.T) {
	url := serve(t, page("text/html; charset=utf-8", `<!doctype html><title>Foo - Wiki</title><nav><p>Main page, recent changes, help</p></nav>
<h1>Copper <em>Kettle</em></h1><p></p><p>Boils   water &amp; makes tea.
It is written in Python.</p><p>More.</p>`))
	got, err := local().Fetch(t.Context(), url+"/Sprint/Foo", "")
	if err != nil {
		t.Fatal(err)
	}
	want := sprints.RemotePage{Title: "Copper Kettle", Summary: "Boils water & makes tea. It is written in Python.", Status: 200, URL: url + "/Sprint/Foo"}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestUnchangedPageIsToldByItsETag(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		if r.Header.Get("If-None-Match") == `"v1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		page("text/plain", "Foo\n\nA kettle.")(w, r)
	})
	r := local()
	got, err := r.Fetch(t.Context(), url, "")
	if err != nil || got.ETag != `"v1"` || got.Title != "Foo" || got.Unchanged {
		t.Fatalf("%+v, err %v", got, err)
	}
	got, err = r.Fetch(t.Context(), url, got.ETag)
	if err != nil || !got.Unchanged || got.ETag != `"v1"` || got.Status != 304 {
		t.Fatalf("%+v, err %v", got, err)
	}
}

func TestRedirectsAreFollowedThreeTimes(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := strings.Count(r.URL.Path, "x")
		if n > 0 {
			http.Redirect(w, r, "/"+strings.Repeat("x", n-1), http.StatusFound)
			return
		}
		if r.Header.Get("Referer") != "" {
			t.Error("a referrer was sent")
		}
		page("text/plain", "Foo")(w, r)
	})
	got, err := local().Fetch(t.Context(), url+"/xxx", "")
	if err != nil || got.URL != url+"/" || got.Title != "Foo" {
		t.Fatalf("%+v, err %v", got, err)
	}
	refused(t, local(), url+"/xxxx", sprints.Unfit, "The address leads on and on; I stopped after 3 redirects.")
}

func TestStatusInWords(t *testing.T) {
	for status, want := range map[int]struct {
		kind  sprints.TroubleKind
		words string
	}{
		404: {sprints.Missing, "The page answered 404."},
		410: {sprints.Missing, "The page answered 410."},
		403: {sprints.Missing, "The page answered 403: it is not open to everyone."},
		429: {sprints.Silent, "The page answered 429."},
		500: {sprints.Silent, "The page answered 500."},
		204: {sprints.Silent, "The page answered 204."},
	} {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
		refused(t, local(), url, want.kind, want.words)
	}
}

const private = "The address leads into a private network; I may not read it."

// The threats of a page's address: none is dialled.
func TestThreatPageURLToLoopback(t *testing.T) {
	asked := false
	url := serve(t, func(http.ResponseWriter, *http.Request) { asked = true })
	port := url[strings.LastIndex(url, ":"):]
	r := wiki.New(wiki.Config{})
	refused(t, r, "http://127.0.0.1"+port, sprints.Unfit, "The address names an unusual port; I read only the usual ones.")
	for _, host := range []string{"127.0.0.1", "127.1.2.3", "localhost", "[::1]", "0.0.0.0", "[::]", "2130706433", "0x7f.1"} {
		got, err := r.Fetch(t.Context(), "http://"+host+"/", "")
		if err == nil {
			t.Errorf("%s was read: %+v", host, got)
		}
	}
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]"} {
		refused(t, r, "http://"+host+"/", sprints.Unfit, private)
	}
	if asked {
		t.Error("the server was asked")
	}
}

func TestThreatPageURLToPrivateAddresses(t *testing.T) {
	for _, host := range []string{"10.0.0.1", "172.16.9.9", "192.168.1.1", "100.64.0.1", "[fc00::1]", "[fd12:3456::1]", "224.0.0.1", "255.255.255.255"} {
		refused(t, wiki.New(wiki.Config{}), "http://"+host+"/", sprints.Unfit, private)
	}
}

func TestThreatPageURLToLinkLocalAddresses(t *testing.T) {
	for _, host := range []string{"169.254.1.1", "[fe80::1]"} {
		refused(t, wiki.New(wiki.Config{}), "http://"+host+"/", sprints.Unfit, private)
	}
}

func TestThreatPageURLToMetadata(t *testing.T) {
	// Even where tests may read loopback, metadata services stay closed.
	for _, r := range []*wiki.Reader{wiki.New(wiki.Config{}), local()} {
		refused(t, r, "http://169.254.169.254/latest/meta-data/", sprints.Unfit, private)
		refused(t, r, "http://[fd00:ec2::254]/latest/meta-data/", sprints.Unfit, private)
	}
}

func TestThreatPageURLRedirectsToPrivate(t *testing.T) {
	for _, to := range []string{"http://169.254.169.254/", "http://10.0.0.1/", "https://[::1]/", "http://[::ffff:10.0.0.1]/"} {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
		refused(t, local(), url, sprints.Unfit, private)
	}
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "file:///etc/passwd")
		w.WriteHeader(302)
	})
	refused(t, local(), url, sprints.Unfit, "I read only addresses that begin with https:// or http://.")
}

// A name is checked where it leads when it is dialled, not when it is read: the
// guard sees addresses only, so an answer of DNS that changes gains nothing.
func TestThreatPageURLByDNSThatChanges(t *testing.T) {
	refused(t, wiki.New(wiki.Config{}), "http://localhost/", sprints.Unfit, private)
}

func TestThreatPageURLIPv6Mapped(t *testing.T) {
	for _, host := range []string{"[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::ffff:a9fe:a9fe]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"} {
		refused(t, wiki.New(wiki.Config{}), "http://"+host+"/", sprints.Unfit, private)
	}
}

func TestThreatPageURLOfAnotherScheme(t *testing.T) {
	r := local()
	for _, address := range []string{"file:///etc/passwd", "ftp://example.org/", "gopher://127.0.0.1/", "javascript:alert(1)", "data:text/html,x", "//example.org/x", "foo"} {
		refused(t, r, address, sprints.Unfit, "I read only addresses that begin with https:// or http://.")
	}
	refused(t, r, "https://ada:secret@example.org/", sprints.Unfit, "The address holds a name or password; give me one without.")
	refused(t, r, "https://", sprints.Unfit, "That is not an address I can read.")
	refused(t, r, "http://exa mple.org/", sprints.Unfit, "That is not an address I can read.")
}

func TestProxiesOfTheEnvironmentAreNotUsed(t *testing.T) {
	asked := false
	proxy := serve(t, func(http.ResponseWriter, *http.Request) { asked = true })
	t.Setenv("HTTP_PROXY", proxy)
	t.Setenv("http_proxy", proxy)
	refused(t, local(), "http://10.0.0.1/", sprints.Unfit, private)
	if asked {
		t.Error("the proxy was asked")
	}
}

func TestThreatPageEndless(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for {
			if _, err := w.Write([]byte(strings.Repeat("<p>again and again", 1000))); err != nil {
				return
			}
		}
	})
	refused(t, local(), url, sprints.Unfit, "The page is larger than 1 MiB, more than I read.")
}

func TestThreatPageSlow(t *testing.T) {
	done := make(chan struct{})
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<h1>Foo")
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
		case <-done:
		}
	})
	defer close(done)
	refused(t, wiki.New(wiki.Config{AllowLoopback: true, Timeout: 100 * time.Millisecond}), url, sprints.Silent, "The page took longer than 5 seconds.")

	silent := serve(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-done:
		}
	})
	refused(t, wiki.New(wiki.Config{AllowLoopback: true, Timeout: 100 * time.Millisecond}), silent, sprints.Silent, "The page took longer than 5 seconds.")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := local().Fetch(ctx, silent, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestThreatPageCompressedBomb(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		for range 1000 {
			if _, err := z.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
		z.Close()
	})
	refused(t, local(), url, sprints.Unfit, "The page is larger than 1 MiB, more than I read.")
	packed := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Encoding", "br")
		fmt.Fprint(w, "\x0b\x02\x80")
	})
	refused(t, local(), packed, sprints.Unfit, "The page is packed in a way I can't read.")
}

func TestThreatPageOfWrongType(t *testing.T) {
	for kind, shown := range map[string]string{"image/png": "image/png", "application/pdf": "application/pdf", "application/octet-stream": "application/octet-stream",
		"image/svg+xml; x": "image/svg+xml"} {
		refused(t, local(), serve(t, page(kind, "x")), sprints.Unfit, "The page is "+shown+"; I read only web pages and plain text.")
	}
	url := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Header()["Content-Type"] = nil; fmt.Fprint(w, "x") })
	refused(t, local(), url, sprints.Unfit, "The page is of no stated type; I read only web pages and plain text.")
}

func TestUnreachable(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	refused(t, local(), s.URL, sprints.Silent, "The page could not be reached.")
}

func TestCharsets(t *testing.T) {
	for name, x := range map[string]struct{ kind, body string }{
		"by its header":          {"text/html; charset=iso-8859-1", "<h1>Caf\xe9</h1>"},
		"by its own word":        {"text/html", "<meta charset=windows-1252><h1>Caf\xe9</h1>"},
		"guessed":                {"text/html", "<h1>Caf\xe9</h1>"},
		"UTF-8 far down":         {"text/html", "<!--" + strings.Repeat("x", 2000) + "--><h1>Café</h1>"},
		"UTF-8 with a mark":      {"text/plain", "\uFEFFCafé"},
		"UTF-16":                 {"text/html; charset=utf-16le", "<\x00h\x001\x00>\x00C\x00a\x00f\x00\xe9\x00"},
		"a charset nobody knows": {"text/html; charset=klingon", "<h1>Café</h1>"},
	} {
		got, err := local().Fetch(t.Context(), serve(t, page(x.kind, x.body)), "")
		if err != nil || got.Title != "Café" {
			t.Errorf("%s: %q, err %v", name, got.Title, err)
		}
	}
}

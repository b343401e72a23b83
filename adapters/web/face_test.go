package web_test

import (
	"bytes"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"sprintbot/adapters/web"
)

func TestAFaceIsDrawnFromItsAddressAlone(t *testing.T) {
	k := start(t, web.Config{}, nil)
	get := func(path string) (*http.Response, []byte) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, k.base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var b bytes.Buffer
		if _, err := b.ReadFrom(resp.Body); err != nil {
			t.Fatal(err)
		}
		return resp, b.Bytes()
	}
	path := web.FacePath("libera", "grace")
	if strings.Contains(path, "grace") || strings.Contains(path, "libera") || path != web.FacePath("libera", "grace") {
		t.Errorf("address %q", path)
	}
	resp, ada := get(path)
	if h := resp.Header; resp.StatusCode != http.StatusOK || h.Get("Content-Type") != "image/png" || !strings.Contains(h.Get("Cache-Control"), "immutable") {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
	img, err := png.Decode(bytes.NewReader(ada))
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != b.Dy() || b.Dx() < 72 || len(ada) > 2000 {
		t.Errorf("%v, %d bytes", b, len(ada))
	}
	side := img.Bounds().Dx()
	for y := range side {
		for x := range side / 2 {
			if img.At(x, y) != img.At(side-1-x, y) {
				t.Fatalf("left and right differ at %d,%d", x, y)
			}
		}
	}
	if _, again := get(path); !bytes.Equal(ada, again) {
		t.Error("the same address gives two pictures")
	}
	seen := map[string]bool{}
	for _, nick := range strings.Fields("ada grace linus guido barbara margaret dennis ken brian rob") {
		_, b := get(web.FacePath("libera", nick))
		seen[string(b)] = true
	}
	if _, other := get(web.FacePath("oftc", "grace")); len(seen) != 10 || seen[string(other)] {
		t.Errorf("%d pictures for 10 people", len(seen))
	}
	for _, wrong := range []string{"/face/grace.png", "/face/", "/face/0123456789abcdef", "/face/0123456789ABCDEF.png",
		"/face/0123456789abcdef00.png", "/face/..%2f..%2f.png"} {
		if resp, _ := get(wrong); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", wrong, resp.Status)
		}
	}
}

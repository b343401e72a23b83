package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed static/*
var staticFS embed.FS

// files are the style sheet, the script and the icon, under names that change
// with what is in them.
type files struct {
	body map[string][]byte
	name map[string]string // "site.css" → "/static/site.css?v=1a2b3c"
}

func readFiles() (*files, error) {
	f := &files{body: map[string][]byte{}, name: map[string]string{}}
	entries, err := staticFS.ReadDir("static")
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	for _, e := range entries {
		b, err := staticFS.ReadFile("static/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
		sum := sha256.Sum256(b)
		f.body[e.Name()] = b
		f.name[e.Name()] = "/static/" + e.Name() + "?v=" + hex.EncodeToString(sum[:6])
	}
	return f, nil
}

func (f *files) serve(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	b, ok := f.body[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	if !strings.HasSuffix(f.name[name], "?"+r.URL.RawQuery) {
		h.Set("Cache-Control", "no-cache")
	}
	switch path.Ext(name) {
	case ".css":
		h.Set("Content-Type", "text/css; charset=utf-8")
	case ".js":
		h.Set("Content-Type", "text/javascript; charset=utf-8")
	case ".svg":
		h.Set("Content-Type", "image/svg+xml")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
}

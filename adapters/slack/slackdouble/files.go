package slackdouble

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Upload is a file that the app has uploaded.
type Upload struct {
	ID, Name, Title, Alt string
	Data                 []byte
	Complete             bool // it may be shown in messages
}

func (d *Double) filesUploadURL(a args) (map[string]any, *refusal) {
	length := a.num("length", 0)
	if a["filename"] == "" || length <= 0 {
		return nil, refuse("invalid_arguments")
	}
	id := d.idLocked("F")
	d.uploads = append(d.uploads, &Upload{ID: id, Name: a["filename"], Alt: a["alt_txt"]})
	return map[string]any{"upload_url": d.server.URL + "/upload/" + id + "/" + strconv.Itoa(length), "file_id": id}, nil
}

// serveUpload takes the bytes of a file: as many as were announced, for the bot's token.
func (d *Double) serveUpload(w http.ResponseWriter, r *http.Request) {
	part, _, err := r.FormFile("file")
	if err != nil {
		http.Error(w, "no file", http.StatusBadRequest)
		return
	}
	defer part.Close()
	data, err := io.ReadAll(part)
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.uploadLocked(r.PathValue("id"))
	switch {
	case d.away:
		http.Error(w, "away", http.StatusServiceUnavailable)
	case bearer != d.BotToken:
		http.Error(w, "not_authed", http.StatusForbidden)
	case err != nil || u == nil || u.Complete || strconv.Itoa(len(data)) != r.PathValue("length"):
		http.Error(w, "not what was announced", http.StatusBadRequest)
	default:
		u.Data = data
		d.tellLocked()
		_, _ = io.WriteString(w, "OK - "+strconv.Itoa(len(data)))
	}
}

func (d *Double) filesComplete(a args) (map[string]any, *refusal) {
	var in []struct{ ID, Title string }
	switch {
	case json.Unmarshal([]byte(a["files"]), &in) != nil || len(in) == 0:
		return nil, refuse("invalid_arguments")
	case a["channel_id"] != "" || a["channels"] != "":
		return nil, refuse("not_implemented_by_double")
	}
	out := []any{}
	for _, f := range in {
		u := d.uploadLocked(f.ID)
		if u == nil || u.Data == nil {
			return nil, refuse("file_not_found")
		}
		u.Title, u.Complete = f.Title, true
		out = append(out, map[string]any{"id": u.ID, "title": u.Title})
	}
	return map[string]any{"files": out}, nil
}

func (d *Double) filesInfo(a args) (map[string]any, *refusal) {
	u := d.uploadLocked(a["file"])
	if u == nil || !u.Complete {
		return nil, refuse("file_not_found")
	}
	return map[string]any{"file": map[string]any{"id": u.ID, "name": u.Name, "title": u.Title, "size": len(u.Data),
		"mode": "hosted", "user": BotUserID, "permalink": "https://sprints.slack.example/files/" + BotUserID + "/" + u.ID + "/" + u.Name}}, nil
}

func (d *Double) uploadLocked(id string) *Upload {
	if i := slices.IndexFunc(d.uploads, func(u *Upload) bool { return u.ID == id }); i >= 0 {
		return d.uploads[i]
	}
	return nil
}

// picturesLocked says what is wrong with the uploaded pictures that blocks show.
func (d *Double) picturesLocked(blocks []byte) []string {
	var in []struct {
		Type string               `json:"type"`
		Alt  string               `json:"alt_text"`
		URL  string               `json:"image_url"`
		File *struct{ ID string } `json:"slack_file"`
	}
	if json.Unmarshal(blocks, &in) != nil {
		return nil // told by checkBlocks
	}
	var errs []string
	for i, b := range in {
		if b.Type != "image" {
			continue
		}
		at := " [json-pointer:/blocks/" + strconv.Itoa(i) + "]"
		if b.Alt == "" {
			errs = append(errs, "image without alt_text"+at)
		}
		switch {
		case b.File == nil && b.URL == "":
			errs = append(errs, "image without a picture"+at)
		case b.File != nil:
			if u := d.uploadLocked(b.File.ID); u == nil || !u.Complete {
				errs = append(errs, "invalid slack file"+at)
			}
		}
	}
	return errs
}

// Uploads are the files that the app has uploaded so far, complete or not.
func (d *Double) Uploads() []Upload {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make([]Upload, len(d.uploads))
	for i, u := range d.uploads {
		out[i] = *u
	}
	return out
}

package slackdouble

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// args are a call's arguments, however they were sent.
type args map[string]string

func (a args) num(key string, otherwise int) int {
	if n, err := strconv.Atoi(a[key]); err == nil {
		return n
	}
	return otherwise
}

func (a args) yes(key string) bool { return a[key] == "true" || a[key] == "1" }

// refusal is an answer with ok false.
type refusal struct {
	code  string
	extra map[string]any
}

func refuse(code string) *refusal { return &refusal{code: code} }

// method is one method of the Web API: the scopes of which one is needed, and what it does under the lock.
type method struct {
	scopes []string
	app    bool // takes the app-level token
	run    func(d *Double, a args) (map[string]any, *refusal)
}

func methods() map[string]method {
	reads := []string{"channels:read", "groups:read", "im:read", "mpim:read"}
	histories := []string{"channels:history", "groups:history", "im:history", "mpim:history"}
	writes := []string{"chat:write"}
	return map[string]method{
		"apps.connections.open":        {app: true, run: (*Double).connectionsOpen},
		"auth.test":                    {run: (*Double).authTest},
		"bots.info":                    {scopes: []string{"users:read"}, run: (*Double).botsInfo},
		"chat.delete":                  {scopes: writes, run: (*Double).chatDelete},
		"chat.getPermalink":            {run: (*Double).chatPermalink},
		"chat.postEphemeral":           {scopes: writes, run: (*Double).chatEphemeral},
		"chat.postMessage":             {scopes: writes, run: (*Double).chatPost},
		"chat.update":                  {scopes: writes, run: (*Double).chatUpdate},
		"conversations.history":        {scopes: histories, run: (*Double).history},
		"conversations.info":           {scopes: reads, run: (*Double).conversationsInfo},
		"conversations.join":           {scopes: []string{"channels:join"}, run: (*Double).conversationsJoin},
		"conversations.list":           {scopes: reads, run: (*Double).conversationsList},
		"conversations.members":        {scopes: reads, run: (*Double).conversationsMembers},
		"conversations.open":           {scopes: []string{"im:write", "mpim:write"}, run: (*Double).conversationsOpen},
		"conversations.replies":        {scopes: histories, run: (*Double).replies},
		"files.completeUploadExternal": {scopes: []string{"files:write"}, run: (*Double).filesComplete},
		"files.getUploadURLExternal":   {scopes: []string{"files:write"}, run: (*Double).filesUploadURL},
		"files.info":                   {scopes: []string{"files:read"}, run: (*Double).filesInfo},
		"reactions.add":                {scopes: []string{"reactions:write"}, run: (*Double).reactionsAdd},
		"usergroups.list":              {scopes: []string{"usergroups:read"}, run: (*Double).usergroupsList},
		"users.info":                   {scopes: []string{"users:read"}, run: (*Double).usersInfo},
		"users.list":                   {scopes: []string{"users:read"}, run: (*Double).usersList},
		"views.open":                   {run: (*Double).viewsOpen},
		"views.publish":                {run: (*Double).viewsPublish},
	}
}

func everyScope() map[string]bool {
	out := map[string]bool{"app_mentions:read": true, "chat:write.customize": true, "commands": true, "files:read": true}
	for _, m := range methods() {
		for _, s := range m.scopes {
			out[s] = true
		}
	}
	return out
}

// serveAPI answers one Web API call: token, scope, faults, then the method.
func (d *Double) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	a, token, err := readArgs(r)
	if err != nil {
		answer(w, http.StatusOK, map[string]any{"ok": false, "error": "invalid_form_data"})
		return
	}
	d.mu.Lock()
	now := d.clock()
	status, header, body, lost := d.callLocked(name, a, token)
	held := d.heldLocked(token)
	d.mu.Unlock()
	if lost {
		panic(http.ErrAbortHandler) // the work is done and the answer never arrives
	}
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	w.Header().Set("X-OAuth-Scopes", held)
	maps.Copy(w.Header(), header)
	answer(w, status, body)
}

func (d *Double) callLocked(name string, a args, token string) (status int, header http.Header, body map[string]any, lost bool) {
	record := func(status int, code string) {
		d.calls = append(d.calls, Call{Method: name, Args: maps.Clone(a), At: time.Now(), Status: status, Error: code})
		d.tellLocked()
	}
	fault := d.faultLocked(name, a)
	if d.away {
		record(http.StatusServiceUnavailable, "away")
		return http.StatusServiceUnavailable, nil, nil, false
	}
	if fault != nil && !fault.AfterSuccess {
		record(fault.status(), fault.Error)
		if fault.RetryAfter > 0 {
			header = http.Header{"Retry-After": {strconv.Itoa(int((fault.RetryAfter + time.Second - 1) / time.Second))}}
		}
		if fault.Error == "" && fault.status() != http.StatusTooManyRequests {
			return fault.status(), header, nil, false
		}
		body = map[string]any{"ok": false, "error": fault.code()}
		if fault.Needed != "" {
			body["needed"], body["provided"] = fault.Needed, d.providedLocked()
		}
		return fault.status(), header, body, false
	}
	if wait := d.paceLocked(name, a); wait > 0 {
		record(http.StatusTooManyRequests, "ratelimited")
		return http.StatusTooManyRequests, http.Header{"Retry-After": {strconv.Itoa(int((wait + time.Second - 1) / time.Second))}},
			map[string]any{"ok": false, "error": "ratelimited"}, false
	}
	out, no := d.runLocked(name, a, token)
	if no != nil {
		record(http.StatusOK, no.code)
		body = map[string]any{"ok": false, "error": no.code}
		maps.Copy(body, no.extra)
		return http.StatusOK, nil, body, false
	}
	record(http.StatusOK, "")
	if out == nil {
		out = map[string]any{}
	}
	out["ok"] = true
	return http.StatusOK, nil, out, fault != nil
}

func (d *Double) runLocked(name string, a args, token string) (map[string]any, *refusal) {
	m, known := methods()[name]
	switch {
	case !known:
		return nil, refuse("unknown_method")
	case token == "":
		return nil, refuse("not_authed")
	case d.revoked[token]:
		return nil, refuse("token_revoked")
	case m.app && token != d.AppToken, !m.app && token != d.BotToken:
		return nil, refuse("invalid_auth")
	case len(m.scopes) > 0 && !slices.ContainsFunc(m.scopes, func(s string) bool { return d.scopes[s] }):
		return nil, d.missingLocked(m.scopes[0])
	}
	return m.run(d, a)
}

func (d *Double) missingLocked(scope string) *refusal {
	return &refusal{code: "missing_scope", extra: map[string]any{"needed": scope, "provided": d.providedLocked()}}
}

func (d *Double) providedLocked() string {
	return strings.Join(slices.Sorted(maps.Keys(d.scopes)), ",")
}

// readArgs takes a form with its token, or JSON with a bearer.
func readArgs(r *http.Request) (args, string, error) {
	out := args{}
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, 4<<20))
	if err != nil {
		return nil, "", err
	}
	if kind == "application/json" && len(bytes.TrimSpace(body)) > 0 {
		var raw map[string]json.RawMessage
		if err := json.Unmarshal(body, &raw); err != nil {
			return nil, "", err
		}
		for k, v := range raw {
			var s string
			if json.Unmarshal(v, &s) == nil {
				out[k] = s
			} else {
				out[k] = string(v)
			}
		}
		return out, bearer, nil
	}
	if kind == "application/json" {
		return out, bearer, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, "", err
	}
	for k, v := range r.URL.Query() {
		form[k] = append(form[k], v...)
	}
	for k := range form {
		out[k] = form.Get(k)
	}
	token := out["token"]
	delete(out, "token")
	if token == "" {
		token = bearer
	}
	return out, token, nil
}

func answer(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if body != nil {
		_ = json.NewEncoder(w).Encode(body)
	}
}

package slack

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"

	slackapi "github.com/slack-go/slack"
)

const answerBytes = 64 << 20 // of one answer of Slack's; a page of history is far below

// unread is the type of a block that stands for one the library cannot read, which it holds.
const unread = "sprintbot_unread"

// mended is JSON from Slack in which each block that the library cannot read, or not in good time, and that would cost it the whole message, is
// held by one that it can. It is raw itself where there is none.
func mended(raw json.RawMessage) json.RawMessage {
	out, changed := mend(raw, "", 0)
	if !changed {
		return raw
	}
	return out
}

// mendBody mends an answer of Slack's: one message of a shape too new costs the whole page else.
func mendBody(resp *http.Response) error {
	raw, err := io.ReadAll(io.LimitReader(resp.Body, answerBytes))
	if closed := resp.Body.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	raw = mended(raw)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
	return nil
}

func mend(raw json.RawMessage, key string, depth int) (json.RawMessage, bool) {
	raw = bytes.TrimSpace(raw)
	if depth > walkDepth || len(raw) == 0 || raw[0] != '{' && raw[0] != '[' {
		return raw, false
	}
	changed := false
	var b bytes.Buffer
	if raw[0] == '{' {
		b.WriteByte('{')
		for i, m := range membersOf(raw) {
			if i > 0 {
				b.WriteByte(',')
			}
			name, _ := json.Marshal(m.key) // a string always can be
			v, c := mend(m.raw, m.key, depth+1)
			changed = changed || c
			b.Write(name)
			b.WriteByte(':')
			b.Write(v)
		}
		b.WriteByte('}')
		return b.Bytes(), changed
	}
	var all []json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return raw, false
	}
	b.WriteByte('[')
	for i, one := range all {
		if i > 0 {
			b.WriteByte(',')
		}
		c := false
		if key == "blocks" {
			var blocks slackapi.Blocks
			if c = deep(one) || blocks.UnmarshalJSON([]byte("["+string(one)+"]")) != nil; c {
				one = json.RawMessage(`{"type":"` + unread + `","holds":` + string(one) + `}`)
			}
		} else {
			one, c = mend(one, "", depth+1)
		}
		changed = changed || c
		b.Write(one)
	}
	b.WriteByte(']')
	return b.Bytes(), changed
}

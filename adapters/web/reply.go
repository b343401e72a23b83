package web

import (
	"html/template"
	"net/url"
	"strings"

	"sprintbot/sprints/chat"
)

// replyHTML is a reply as HTML without controls: the same for every reader.
// All words are escaped, and only addresses of the web become links.
func replyHTML(r chat.Reply) template.HTML {
	var b strings.Builder
	list := false
	rows := false
	end := func() {
		if list {
			b.WriteString("</ul>")
		}
		if rows {
			b.WriteString("</tbody></table></div>")
		}
		list, rows = false, false
	}
	for i := 0; i < len(r.Lines); i++ {
		l := r.Lines[i]
		switch l.Role {
		case chat.Item:
			if !list {
				end()
				b.WriteString("<ul>")
				list = true
			}
			b.WriteString("<li>" + cellsHTML(l.Cells, " ") + "</li>")
		case chat.Row:
			if !rows {
				end()
				b.WriteString(`<div class="wide" tabindex="0"><table><tbody>`)
				rows = true
			}
			b.WriteString("<tr><td>" + cellsHTML(l.Cells, "</td><td>") + "</td></tr>")
		case chat.Title:
			end()
			b.WriteString("<p><strong>" + cellsHTML(l.Cells, " ") + "</strong></p>")
		case chat.Try:
			end()
			b.WriteString("<p><code>!" + cellsHTML(l.Cells, " ") + "</code></p>")
		case chat.Hint:
			end()
			b.WriteString(`<p class="soft">` + cellsHTML(l.Cells, " ") + "</p>")
		default:
			end()
			run := i + 1
			for run < len(r.Lines) && r.Lines[run].Role == l.Role {
				run++
			}
			b.WriteString(linesHTML(r.Lines[i:run]))
			i = run - 1
		}
	}
	end()
	if p := r.Picture; p != nil {
		src := template.HTMLEscapeString("/picture/" + url.PathEscape(p.Token) + ".png")
		b.WriteString(`<figure><img src="` + src + `" alt="` + template.HTMLEscapeString(visible(p.Alt)) + `"><figcaption>` +
			template.HTMLEscapeString(visible(p.Title)) + "</figcaption></figure>")
	}
	return template.HTML(b.String()) // #nosec G203 -- every piece above is escaped
}

func cellsHTML(cells []chat.Text, between string) string {
	parts := make([]string, len(cells))
	for i, c := range cells {
		parts[i] = textHTML(c)
	}
	return strings.Join(parts, between)
}

// textHTML is words with their looks, addresses in them as links. Marks that turn the direction of what
// stands around them, and other controls, are taken out.
func textHTML(t chat.Text) string {
	var b strings.Builder
	for _, s := range chat.Linked(t) {
		words := s.Text
		if words == "" {
			words = s.URL
		} else if s.Misleads() {
			words = s.Text + " (" + s.URL + ")"
		}
		inner := strings.ReplaceAll(template.HTMLEscapeString(visible(words)), "\n", "<br>")
		for _, mark := range []struct {
			on  bool
			tag string
		}{{s.Code, "code"}, {s.Strike, "s"}, {s.Italic, "em"}, {s.Bold, "strong"}} {
			if mark.on {
				inner = "<" + mark.tag + ">" + inner + "</" + mark.tag + ">"
			}
		}
		if u := webAddress(s.URL); u != "" {
			inner = `<a href="` + template.HTMLEscapeString(u) + `" rel="nofollow noopener noreferrer">` + inner + "</a>"
		}
		if s.Who != nil {
			inner = "<bdi>" + inner + "</bdi>"
		}
		b.WriteString(inner)
	}
	return b.String()
}

// visible is s without control characters and direction overrides.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// tries are the commands that a reply suggests, each a button.
func tries(r chat.Reply) []string {
	var found []string
	for _, l := range r.Lines {
		if l.Role == chat.Try {
			found = append(found, l.Plain())
		}
	}
	return found
}

// words is the reply without its Try lines, for a panel that shows these as
// buttons.
func words(r chat.Reply) chat.Reply {
	w := chat.Reply{Picture: r.Picture}
	for _, l := range r.Lines {
		if l.Role != chat.Try {
			w.Lines = append(w.Lines, l)
		}
	}
	return w
}

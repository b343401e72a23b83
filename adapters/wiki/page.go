package wiki

import (
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What holds no words of the page's own.
var aside = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Template: true, atom.Svg: true, atom.Iframe: true,
	atom.Nav: true, atom.Header: true, atom.Footer: true, atom.Aside: true, atom.Form: true, atom.Button: true, atom.Select: true,
	atom.Textarea: true, atom.Dialog: true, atom.Table: true, atom.Figure: true, atom.Object: true, atom.Math: true,
}

// Elements that never have an end.
var void = map[atom.Atom]bool{
	atom.Area: true, atom.Base: true, atom.Br: true, atom.Col: true, atom.Embed: true, atom.Hr: true, atom.Img: true, atom.Input: true,
	atom.Link: true, atom.Meta: true, atom.Source: true, atom.Track: true, atom.Wbr: true,
}

// shortest is how many bytes a paragraph needs to say something.
const shortest = 20

// found is what a scan of a page has gathered.
type found struct {
	ogTitle, ogDescription string
	heading, title         string
	paragraph, anyText     string
}

// parseHTML finds title and summary in a page: og:title, else the first h1,
// else title; the first paragraph, else the page's own description. It reads
// tokens, not a tree, so that no nesting is too deep.
func parseHTML(s string) (title, summary string) {
	f := scan(s)
	title = f.ogTitle
	for _, t := range []string{f.heading, f.title} {
		if title == "" {
			title = t
		}
	}
	summary = f.paragraph
	for _, t := range []string{f.ogDescription, f.anyText} {
		if summary == "" {
			summary = t
		}
	}
	return clip(title, titleLength), clip(summary, summaryLength)
}

// scan walks over the tokens of a page once.
func scan(s string) (f found) {
	z := html.NewTokenizer(strings.NewReader(s))
	z.SetMaxBuf(pageBytes)
	var skip atom.Atom // the element left out now
	var depth int      // of skip in itself
	var into *gathering
	end := func() {
		if into != nil {
			into.done(&f)
			into = nil
		}
	}
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				return f
			}
			end()
			return f
		case html.TextToken:
			if skip == 0 && into != nil && into.b.Len() < 4<<10 {
				into.b.Write(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			a := atom.Lookup(name)
			switch {
			case skip != 0:
				if a == skip && kind == html.StartTagToken {
					depth++
				}
			case a == atom.Meta:
				meta(z, more, &f)
			case aside[a] && !(a == atom.Header && into == nil && f.heading == "") && kind == html.StartTagToken:
				skip, depth = a, 1
			case into != nil && (a == atom.Br || block[a]):
				into.b.WriteByte(' ')
				if into.element == atom.P && block[a] {
					end()
				}
			}
			if skip == 0 && into == nil && !void[a] && kind == html.StartTagToken {
				switch a {
				case atom.Title, atom.H1, atom.P:
					into = &gathering{element: a}
				}
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			switch {
			case skip != 0 && a == skip:
				if depth--; depth == 0 {
					skip = 0
				}
			case skip == 0 && into != nil && (a == into.element || a == atom.Body || a == atom.Div || a == atom.Article || a == atom.Section):
				end()
			}
		}
		if f.ogTitle != "" && f.paragraph != "" {
			return f
		}
	}
}

// block are elements that end a paragraph they begin in.
var block = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Ul: true,
	atom.Ol: true, atom.Dl: true, atom.Pre: true, atom.Blockquote: true, atom.Section: true, atom.Article: true, atom.Main: true, atom.Hr: true,
}

// gathering is the text of one element.
type gathering struct {
	element atom.Atom
	b       strings.Builder
}

func (g *gathering) done(f *found) {
	text := clean(g.b.String())
	switch {
	case text == "":
	case g.element == atom.Title && f.title == "":
		f.title = text
	case g.element == atom.H1 && f.heading == "":
		f.heading = text
	case g.element == atom.P && f.paragraph == "" && len(text) >= shortest:
		f.paragraph = text
	case g.element == atom.P && f.anyText == "":
		f.anyText = text
	}
}

// meta reads og:title, og:description and description.
func meta(z *html.Tokenizer, more bool, f *found) {
	var name, content string
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "property", "name":
			name = strings.ToLower(strings.TrimSpace(string(value)))
		case "content":
			content = clean(string(value))
		}
	}
	switch {
	case name == "og:title" && f.ogTitle == "":
		f.ogTitle = content
	case name == "og:description" && content != "", name == "description" && f.ogDescription == "":
		f.ogDescription = content
	}
}

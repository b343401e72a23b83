package slack

import (
	"cmp"
	"context"
	"errors"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

// rewrites says that a part is new words for a post that stands there.
func rewrites(p chat.Part) bool {
	return p.Out.Kind == chat.Edited && p.Out.Of != "" && p.N < max(p.Out.OfParts, 1)
}

// rewrite gives a post of ours other words. With the last part of an edit go the posts that the words before had and the new
// ones have not.
func (n *Network) rewrite(ctx context.Context, channel string, part chat.Part, opts []slackapi.MsgOption) (ts string, err error) {
	ts, err = n.postOf(ctx, channel, part.Out, part.N)
	if err != nil || ts == "" {
		return part.Out.Of, cmp.Or(err, error(&chat.ErrRefused{Reason: "the post is not found any more"}))
	}
	_, now, _, err := n.api.UpdateMessageContext(ctx, channel, ts, opts...)
	if err == nil && part.N == part.Of-1 {
		err = n.remove(ctx, channel, part.Out, part.Of)
	}
	return cmp.Or(now, ts), err
}

// remove takes back the posts of the row that out changes, from the first-th on.
func (n *Network) remove(ctx context.Context, channel string, out chat.Outgoing, first int) error {
	for i := first; i < max(out.OfParts, 1); i++ {
		ts, err := n.postOf(ctx, channel, out, i)
		if err != nil {
			return err
		}
		if ts == "" {
			continue
		}
		_, _, err = n.api.DeleteMessageContext(ctx, channel, ts)
		if said, ok := errors.AsType[slackapi.SlackErrorResponse](err); ok && said.Err == "message_not_found" {
			err = nil // it is gone, as asked
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// postOf is the post that the n-th part of the row that out changes became; "" if it is not found.
func (n *Network) postOf(ctx context.Context, channel string, out chat.Outgoing, part int) (string, error) {
	if part == 0 {
		return out.Of, nil
	}
	if part < len(out.OfPosts) && out.OfPosts[part] != "" {
		return out.OfPosts[part], nil
	}
	was := chat.Part{N: part, Out: chat.Outgoing{Key: out.OfKey, Kind: chat.Said, To: out.To}}
	r, _, err := n.Find(ctx, was, out.Of)
	return r.ID, err
}

// Package mail reads messages as they are sent and stored: single ones (.eml),
// mailboxes (.mbox) and web pages saved with what they show (.mht), all of them
// MIME; and the TNEF that Outlook wraps attachments in (winmail.dat).
//
// Messages are text files, so they are matched as they stand, with the lines of an
// editor. What is written here is what the lines do not show: headers with encoded
// words, bodies in base64, quoted-printable or another character set, and every
// attachment, for whoever reads its format. Places are "header Subject", "body",
// "HTML body" and "attachment", in a mailbox behind "message 3".
//
// It reads as tolerantly as mail programs do: boundaries that never come, base64
// with dirt in it, header lines without a colon. That is why it is no use of
// jhillyerd/enmime or mime/multipart, which give a part up at its first mistake.
//
// Not read: encrypted messages (which is said), and what was put together from
// several messages (message/partial).
package mail

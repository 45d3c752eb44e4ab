// Package placeholder judges values: whether they were given out by a system, or made up or
// masked by a person who had none to show.
//
// Found, by statistics that random values meet once in some thousand:
//
//	AKIAQWERTYUIOPASDFGH                  along the rows of a keyboard
//	COo38eU2XXXXXX                        a run that masks the rest
//	55ce55ce-5555-455f-9455-ce5e55c1554e  too few different digits
//	44444444-c1d7-4ab3-9a2e-7f0d1b5e83c6  a whole group of one digit
//	123412341239                          a short piece again and again, its tail changed
//
// Found, by words: ghp_YOURTOKENGOESHERE… holds one that no random value does,
// my-external-id consists of such that say that it stands in for another value.
//
// Not found: acme-app-assume-role is somebody's value, however easy to guess, since not all
// of its words stand in for something.
//
// The words are data, [words.tsv], each with the reason why it is there. A test drops every
// word in turn and fails if that changes nothing in the labelled texts under
// testdata/quality: a list may not grow by words that nothing shows a need for.
package placeholder

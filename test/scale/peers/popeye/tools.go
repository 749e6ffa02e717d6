//go:build tools

// The program that the bench measures beside the operator, in the version of go.mod.
package popeye

import _ "github.com/derailed/popeye"

//go:build tools

// The program that the bench measures beside the operator, in the version of go.mod.
package metrics

import _ "k8s.io/kube-state-metrics/v2"

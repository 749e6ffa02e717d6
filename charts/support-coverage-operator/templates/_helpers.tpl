{{- define "support-coverage-operator.name" -}}
{{- .Values.nameOverride | default .Chart.Name -}}
{{- end }}

{{/* 53 characters at most, so that the names made from it stay within 63. */}}
{{- define "support-coverage-operator.fullname" -}}
{{- $name := include "support-coverage-operator.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 53 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "support-coverage-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "support-coverage-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "support-coverage-operator.ownLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "support-coverage-operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: support-coverage-operator
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Of every object. What somebody else selects by is not for commonLabels to change. */}}
{{- define "support-coverage-operator.labels" -}}
{{- merge (include "support-coverage-operator.ownLabels" . | fromYaml) .Values.commonLabels | toYaml -}}
{{- end }}

{{/* The annotations of an object that has no others, as part of its metadata; nothing where there are none. */}}
{{- define "support-coverage-operator.annotations" -}}
{{- with .Values.commonAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
{{- end }}
{{- end }}

{{/* The Pod of `helm test`. Not the operator's, or the Service would send it requests for the operator. */}}
{{- define "support-coverage-operator.testLabels" -}}
app.kubernetes.io/name: {{ include "support-coverage-operator.name" . }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: test
{{- end }}

{{- define "support-coverage-operator.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (include "support-coverage-operator.fullname" .) -}}
{{- end }}

{{- define "support-coverage-operator.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- printf "%s:%s" .repository (.tag | default $.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* The namespaces with coverages, as a JSON list. */}}
{{- define "support-coverage-operator.coverageNamespaces" -}}
{{- .Values.coverageNamespaces | default (list .Release.Namespace) | toJson -}}
{{- end }}

{{/* Rules from a file below generated/: call with (dict "context" $ "file" "secret-rules"). */}}
{{- define "support-coverage-operator.generatedRules" -}}
{{- $path := printf "generated/%s.yaml" .file -}}
{{- $rules := .context.Files.Get $path | fromYamlArray -}}
{{- if not $rules -}}
{{- fail (printf "%s is missing or empty: run `make generate`" $path) -}}
{{- end -}}
{{- toYaml $rules -}}
{{- end }}

{{/* What a binding says about its subject. */}}
{{- define "support-coverage-operator.subjects" -}}
- kind: ServiceAccount
  name: {{ include "support-coverage-operator.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}

{{/* The names of the features that are on, as a JSON list: tlsSecrets is called tls-secrets by the operator. */}}
{{- define "support-coverage-operator.features" -}}
{{- $names := list -}}
{{- range $value, $on := .Values.features -}}
{{- if $on -}}
{{- $names = append $names (kebabcase $value) -}}
{{- end -}}
{{- end -}}
{{- $names | toJson -}}
{{- end }}

{{/*
The rules for corrections, as YAML: `cluster`, and `namespaces` by name. RBAC knows names only, so with a * in corrections.namespaces the
permission is the whole cluster's.
*/}}
{{- define "support-coverage-operator.correctionRules" -}}
{{- $rules := .Files.Get "generated/correction-rules.yaml" | fromYaml -}}
{{- $listed := .Values.corrections.namespaces -}}
{{- $everywhere := contains "*" (join "," $listed) -}}
{{- $cluster := list -}}
{{- $namespaced := list -}}
{{- range .Values.corrections.allow -}}
{{- with get $rules.cluster . -}}
{{- $cluster = append $cluster . -}}
{{- end -}}
{{- if $listed -}}
{{- with get $rules.namespaces . -}}
{{- $cluster = append $cluster (ternary . (merge (dict "resourceNames" $listed) .) $everywhere) -}}
{{- end -}}
{{- with get $rules.namespaced . -}}
{{- $namespaced = append $namespaced . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $namespaces := dict -}}
{{- if $everywhere -}}
{{- $cluster = concat $cluster $namespaced -}}
{{- else if $namespaced -}}
{{- range $listed -}}
{{- $namespaces = set $namespaces . $namespaced -}}
{{- end -}}
{{- end -}}
{{- dict "cluster" (uniq $cluster) "namespaces" $namespaces | toYaml -}}
{{- end }}

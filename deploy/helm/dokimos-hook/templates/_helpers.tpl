{{- define "dokimos-hook.name" -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- end -}}

{{- define "dokimos-hook.selector" -}}
app.kubernetes.io/name: dokimos-hook
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "dokimos-hook.metadata" -}}
name: {{ include "dokimos-hook.name" . }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "dokimos-hook.labels" . | nindent 2 }}
{{- end -}}

{{- define "dokimos-hook.labels" -}}
{{ include "dokimos-hook.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "dokimos-hook.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The names that the API server may call the webhook by. */}}
{{- define "dokimos-hook.dnsNames" -}}
{{- $name := include "dokimos-hook.name" . -}}
- {{ $name }}.{{ .Release.Namespace }}.svc
- {{ $name }}.{{ .Release.Namespace }}.svc.cluster.local
{{- end -}}

{{/* What both webhooks have in common. */}}
{{- define "dokimos-hook.webhook" -}}
admissionReviewVersions: [v1]
clientConfig:
  service:
    name: {{ include "dokimos-hook.name" . }}
    namespace: {{ .Release.Namespace }}
    path: /validate
    port: 443
  {{- with .Values.certificate.caBundle }}
  caBundle: {{ b64enc . }}
  {{- end }}
failurePolicy: {{ .Values.webhook.failurePolicy }}
matchPolicy: Equivalent
sideEffects: None
timeoutSeconds: {{ .Values.webhook.timeoutSeconds }}
namespaceSelector:
  matchExpressions:
    - key: kritis-validation
      operator: NotIn
      values: [disabled]
    {{- $excluded := .Values.webhook.excludedNamespaces -}}
    {{- if .Values.webhook.excludeReleaseNamespace -}}
    {{- $excluded = append $excluded .Release.Namespace | uniq -}}
    {{- end }}
    {{- with $excluded }}
    - key: kubernetes.io/metadata.name
      operator: NotIn
      values: [{{ join ", " . }}]
    {{- end }}
{{- end -}}

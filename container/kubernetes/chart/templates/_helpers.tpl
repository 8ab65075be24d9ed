{{- define "binfmt-keeper.labels" -}}
{{ include "binfmt-keeper.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "binfmt-keeper.selector" -}}
app.kubernetes.io/name: binfmt-keeper
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "binfmt-keeper.name" -}}
{{- if contains "binfmt-keeper" .Release.Name }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{ else }}{{ printf "%s-binfmt-keeper" .Release.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "binfmt-keeper.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}{{ else }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "binfmt-keeper.config" -}}
{{- if hasKey .Values.config "mounts" }}{{ fail "config.mounts: set by the chart; leave it out" }}{{ end }}
{{- if hasKey (.Values.config.http | default dict) "listen" }}{{ fail "config.http.listen: set http.address and http.port instead" }}{{ end }}
{{- $config := deepCopy .Values.config }}
{{- $interpreters := merge (dict "store" (printf "%s/store" .Values.stateDirectory)) ($config.interpreters | default dict) }}
{{- $mounts := dict "main" "/host/fs/binfmt_misc" "anchor" "/run/binfmt-keeper/binfmt_misc" }}
{{- toYaml (merge (dict "interpreters" $interpreters "mounts" $mounts) $config) }}
{{- end }}

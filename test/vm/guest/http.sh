# What the service tells over HTTP. Sourced. There is no curl here, so bash asks.
# shellcheck shell=bash disable=SC2154
http() { exec 9<>/dev/tcp/127.0.0.1/8676 && printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$1" >&9 && timeout 30 cat <&9; }
http_says() { local said; said=$(http "$1") && [[ $said == "HTTP/1.1 200 "*$2* ]] || { echo "$1: ${said:0:300}"; return 1; }; }
check 'GET /livez' until_true 120 http_says /livez ''
check 'GET /readyz' until_true 120 http_says /readyz ''
check 'GET /metrics' until_true 120 http_says /metrics binfmt_keeper_

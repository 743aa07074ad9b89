-- What wrk sends: one job of a built-in type with about 100 bytes of arguments, by an API key. The key comes as the only argument.
function init(arguments)
  wrk.method = 'POST'
  wrk.headers['Content-Type'] = 'application/json'
  wrk.headers['X-Api-Key'] = arguments[1]
  wrk.body = '{"type":"http.request","args":{"url":"https://example.org/hooks/orders","method":"POST","body":"' ..
    string.rep('x', 50) .. '"}}'
end

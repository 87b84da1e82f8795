-- wrk's requests: comments of our own, each from another address and with a word of its own, so that none repeats.
-- Arguments: file of JSON bodies, one a line, each holding @WORD@ and @ADDRESS@; the site's key.
local bodies, key = {}, ""

function init(args)
  for line in io.lines(args[1]) do bodies[#bodies + 1] = line end
  key = args[2] or ""
  math.randomseed(os.time() + tonumber(tostring({}):match("0x(%x+)"), 16) % 2 ^ 31)
end

function request()
  local body = bodies[math.random(#bodies)]
  local address = string.format("93.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(1, 254))
  body = body:gsub("@WORD@", "w" .. math.random(1, 1000000000)):gsub("@ADDRESS@", address)
  local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. key }
  return wrk.format("POST", nil, headers, body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end

-- wrk's requests: comments of forty words in random order, each from another address and with a word of its own, so
-- that none resembles another.
-- Arguments: a file with the body, which holds @TEXT@, @WORD@ and @ADDRESS@; a file with words; then headers, name and
-- value by turns.
local LENGTH = 40
local body, words, headers = "", {}, {}

function init(args)
  local file = io.open(args[1])
  body = file:read("*a")
  file:close()
  for line in io.lines(args[2]) do words[#words + 1] = line end
  for i = 3, #args, 2 do headers[args[i]] = args[i + 1] end
  math.randomseed(os.time() + tonumber(tostring({}):match("0x(%x+)"), 16) % 2 ^ 31)
end

function request()
  local text = {}
  for i = 1, LENGTH do text[i] = words[math.random(#words)] end
  local filled = {
    TEXT = table.concat(text, " "),
    WORD = "w" .. math.random(1, 1000000000),
    ADDRESS = string.format("93.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(1, 254)),
  }
  return wrk.format("POST", nil, headers, (body:gsub("@(%u+)@", filled)))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end

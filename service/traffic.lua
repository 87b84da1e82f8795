-- Counts one comment against the limits on its caller and its commenter, and its text against the last day's.
-- Whatever is counted is counted at once or not at all, so a hundred callers at a time pass a limit exactly.
--
-- KEYS, all with the hash tag of the site, so that a site lives in one slot of a cluster:
--   one for each window, the caller's before the commenter's   "start:current:previous", start in Unix milliseconds
--   if ARGV[3] is 1, one for the claim                         Unix milliseconds when it first came
--   if ARGV[4] is not empty, one for the text                  hash: "" -> times seen, author -> 1
-- ARGV:
--   1 number of the caller's windows    2 number of all windows    3 whether there is a claim    4 author of the text
--   5.. for each window its limit (comments, at least 1) and its length (milliseconds)
-- Every key expires: a window two lengths after its start, a claim and a text a day after they first came.
--
-- Reply, all integers; -1 is "none":
--   age of the claim (ms), wait of a refused caller (ms), the caller's limit, remaining, reset (ms),
--   the commenter's count over their limit (thousandths), their wait if over it (ms), times seen, authors

local DAY = 86400000
local MOST_AUTHORS = 200 -- beyond it a campaign is a campaign, and the hash stays a compact list

local callers, windows, claims, author = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Windows begin with their first comment, not at full minutes: no burst at :00, and one key says everything.
local function window(i, stored)
  local w = { key = KEYS[i], limit = tonumber(ARGV[3 + 2 * i]), length = tonumber(ARGV[4 + 2 * i]) }
  local start, current, previous = string.match(stored or "", "^(%d+):(%d+):(%d+)$")
  w.start, w.current, w.previous = tonumber(start) or now, tonumber(current) or 0, tonumber(previous) or 0
  w.start = math.min(w.start, now) -- after a failover the clock may be behind
  local passed = math.floor((now - w.start) / w.length)
  if passed == 1 then
    w.start, w.current, w.previous = w.start + w.length, 0, w.current
  elseif passed > 1 then
    w.start, w.current, w.previous = now, 0, 0
  end
  return w
end

-- https://blog.cloudflare.com/counting-things-a-lot-of-different-things/ : the current window, and of the previous
-- one the part that the last `length` still covers, as if its comments had come evenly.
local function used(w)
  return w.previous * (w.length - (now - w.start)) / w.length + w.current
end

-- Milliseconds until one more is within the limit, if nothing comes before then; 0 if it already is.
local function wait(w)
  local room = w.limit - 1
  if used(w) <= room then
    return 0
  elseif w.current <= room then
    return math.ceil(w.start + w.length * (1 - (room - w.current) / w.previous) - now)
  end
  return math.ceil(w.start + w.length * (2 - room / w.current) - now)
end

local function count(w)
  w.current = w.current + 1
  local state = string.format("%.0f:%.0f:%.0f", w.start, w.current, w.previous)
  redis.call("SET", w.key, state, "PX", string.format("%.0f", w.start + 2 * w.length - now))
end

-- Of the caller's windows, the one with the least left: its limit, what remains, and when all of it is back.
local function quota(opened)
  local limit, remaining, reset = 0, 0, 0
  for i = 1, callers do
    local w = opened[i]
    local left = math.max(0, math.floor(w.limit - used(w)))
    if i == 1 or left < remaining then
      limit, remaining, reset = w.limit, left, 0
      if w.current > 0 then
        reset = w.start + 2 * w.length - now
      elseif w.previous > 0 then
        reset = w.start + w.length - now
      end
    end
  end
  return limit, remaining, reset
end

local function repeats(key)
  local seen = redis.call("HINCRBY", key, "", 1)
  if seen == 1 then
    redis.call("PEXPIRE", key, DAY)
  end
  local authors = redis.call("HLEN", key) - 1
  if authors < MOST_AUTHORS then
    authors = authors + redis.call("HSETNX", key, author, 1)
  end
  return seen, authors
end

local stored = windows + claims > 0 and redis.call("MGET", unpack(KEYS, 1, windows + claims)) or {}
local opened = {}
for i = 1, windows do
  opened[i] = window(i, stored[i])
end

local first = claims == 1 and stored[windows + 1]
if first then
  local limit, remaining, reset = quota(opened)
  return { math.max(0, now - first), -1, limit, remaining, reset, 0, -1, 1, 1 }
end

local refused = 0
for i = 1, callers do
  refused = math.max(refused, wait(opened[i]))
end
if refused > 0 then
  local limit, remaining, reset = quota(opened)
  return { -1, refused, limit, remaining, reset, 0, -1, 1, 1 }
end

if claims == 1 then
  redis.call("SET", KEYS[windows + 1], string.format("%.0f", now), "PX", DAY)
end
local flood, retry = 0, -1
for i = 1, windows do
  local w = opened[i]
  count(w)
  if i > callers then
    flood = math.max(flood, math.ceil(1000 * used(w) / w.limit)) -- rounded up, or 1.0001 would pass for 1
    if used(w) > w.limit then
      retry = math.max(retry, wait(w))
    end
  end
end

local seen, authors = 1, 1
if author ~= "" then
  seen, authors = repeats(KEYS[windows + claims + 1])
end
local limit, remaining, reset = quota(opened)
return { -1, -1, limit, remaining, reset, flood, retry, seen, authors }

-- Counts one comment against the limits on its caller and its commenter, and looks for near-copies of its text.
-- Whatever is counted is counted at once or not at all, so a hundred callers at a time pass a limit exactly.
--
-- KEYS, all with the hash tag of the site, so that a site lives in one slot of a cluster:
--   one for each window, the caller's before the commenter's   start (Unix milliseconds), current, previous, packed
--   if ARGV[3] is 1, one for the claim                         Unix milliseconds when it first came
--   one for each of the first numbers of the text's sketch     the latest comments with it, as records (see `near`)
--   the last but one: when and with which labels the next was filled   "seconds count newest", in Unix seconds
--   the last: what people said of comments, a hash                     see label_fields.py
-- ARGV:
--   1 number of the caller's windows    2 number of all windows    3 whether there is a claim
--   4 author (name and address, 4 bytes each) and sketch (2 bytes a number); empty for a text without a sketch
--   5.. for each window its limit (comments, at least 1) and its length (milliseconds)
--   the rest: the fields of the hash for the author
-- Every key expires: a window two lengths after its last comment, a claim a day after it first came, records a day
-- after the last, or one to two days where they are many (see `keep`).
--
-- Reply, integers; -1 is "none":
--   age of the claim (ms), wait of a refused caller (ms), the caller's limit, remaining, reset (ms),
--   the commenter's count over their limit (thousandths), their wait if over it (ms), times seen, authors,
--   whether the labels are fresh (1) or to be compared with the store (0)
-- and if people have said anything, two strings: of each labelled comment that the text resembles its label (1 byte),
-- its contacts (4) and the hundredths shared (1); the author's fields, one after the other.

local DAY = 86400000
local MOST_RECORDS = 16 -- of one key that are compared: a campaign of more is a campaign
local LONG, MOST_BYTES = 300, 1400 -- of one key: more are appended to, and too many are cut to the latest
local FRESH = 300 -- seconds in which others may have changed the labels in the store
local GRACE = 120 -- seconds in which a copy by the same author is a second click, or a mended slip
-- As in core/campaign.py.
local SHARED_PART, FEWEST_SHARED = 0.35, 8

local callers, windows, claims = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local sub, byte, find = string.sub, string.byte, string.find
local STATE, STATE_LENGTH = ">dI4I4", 16

-- Windows begin with their first comment, not at full minutes: no burst at :00, and one key says everything.
local function window(i, stored)
  local start, current, previous = now, 0, 0
  if stored and #stored == STATE_LENGTH then
    start, current, previous = struct.unpack(STATE, stored)
  end
  local w = { key = KEYS[i], limit = tonumber(ARGV[3 + 2 * i]), length = tonumber(ARGV[4 + 2 * i]) }
  w.start, w.current, w.previous = math.min(start, now), current, previous -- after a failover the clock may be behind
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
  redis.call("SET", w.key, struct.pack(STATE, w.start, w.current, w.previous), "PX", 2 * w.length)
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

local author, sketch = sub(ARGV[4], 1, 8), sub(ARGV[4], 9)
local length, own, own_bytes = #sketch / 2, nil, nil
local bands = #KEYS - windows - claims - 2

-- Numbers in a table of their own: to cut a string into short ones costs three times as much.
local function numbers(text, from, count)
  return { struct.unpack(">" .. string.rep("H", count), text, from) }
end

-- The part that is shared with a text, 0 if it is no near-copy.
local function resembles(value, from, count)
  if not own then -- only now: most texts meet no other
    own = {}
    for _, number in ipairs(numbers(sketch, 1, length)) do
      own[number] = true
    end
  end
  local shared, longer = 0, math.max(length, count)
  local theirs = numbers(value, from, count)
  for i = 1, count do
    if own[theirs[i]] then
      shared = shared + 1
    end
  end
  return shared >= math.max(SHARED_PART * longer, math.min(FEWEST_SHARED, longer)) and shared / longer or 0
end

-- Whether a string may hold a near-copy: enough of the numbers are found somewhere in it. What meets a text by chance
-- shares one number or two, and to look for each in sixteen texts at once takes as long as to compare with two of them.
local function may_resemble(value)
  if not own_bytes then
    own_bytes = {}
    for i = 1, length do
      own_bytes[i] = sub(sketch, 2 * i - 1, 2 * i)
    end
  end
  local missing = length - math.max(SHARED_PART * length, math.min(FEWEST_SHARED, length))
  for i = 1, length do
    if not find(value, own_bytes[i], 1, true) then
      missing = missing - 1
      if missing < 0 then
        return false
      end
    end
  end
  return true
end

-- A record: its author (8 bytes), Unix seconds (4), the length of its sketch (1), its sketch. The oldest come first.
local function age(value, at)
  return math.floor(now / 1000) - struct.unpack(">I4", value, at + 8)
end

local function after(value, at)
  return at + 13 + 2 * byte(value, at + 12)
end

-- Where the latest records of the last day begin, so many of them at most.
local function latest(value, most)
  local starts, at = {}, 1
  while at < #value do
    if age(value, at) < DAY / 1000 then
      starts[#starts + 1] = at
    end
    at = after(value, at)
  end
  return starts[math.max(1, #starts - most + 1)] or at
end

-- To append copies one record, here and into the append-only file, but leaves the expiry as it was: what is long enough
-- is written for two days, so where its first record is less than a day old, what is appended is kept for one at least.
local function keep(key, value, record)
  if #value >= LONG and #value <= MOST_BYTES and age(value, 1) < DAY / 1000 then
    redis.call("APPEND", key, record)
    return
  end
  local records = sub(value, latest(value, MOST_RECORDS - 1)) .. record
  redis.call("SET", key, records, "PX", #records < LONG and DAY or 2 * DAY)
end

-- How many comments of the last day this text resembles, itself included, and of how many authors: names or addresses,
-- whichever are more. An author's copy within the grace is not counted, nor kept.
local function near(first, stored)
  local seen, authors, addresses, is_again, met = 0, 0, 0, false, {}
  local function meet(who)
    local name, address = sub(who, 1, 4), "@" .. sub(who, 5, 8)
    seen = seen + 1
    authors = authors + (met[name] and 0 or 1)
    addresses = addresses + (met[address] and 0 or 1)
    met[name], met[address] = true, true
  end

  for k = first, first + bands - 1 do
    local value = stored[k] or ""
    local at = may_resemble(value) and latest(value, MOST_RECORDS) or #value
    while at < #value do
      local id = sub(value, at, at + 11)
      if not met[id] and resembles(value, at + 13, byte(value, at + 12)) > 0 then
        local who = sub(id, 1, 8)
        is_again = is_again or (who == author and age(value, at) < GRACE)
        meet(who)
        met[id] = true
      end
      at = after(value, at)
    end
  end
  if not is_again then
    meet(author)
    local record = author .. struct.pack(">I4B", math.floor(now / 1000), length) .. sketch
    for k = first, first + bands - 1 do
      keep(KEYS[k], stored[k] or "", record)
    end
  end
  return seen, math.max(authors, addresses)
end

-- Of a labelled comment: its id (8 bytes), its label (1), its contacts (4), the length of its sketch (1), its sketch.
local function said()
  local fields, copies, met = {}, {}, {}
  for i = 1, bands do
    fields[i] = "t" .. sub(sketch, 2 * i - 1, 2 * i)
  end
  for i = 5 + 2 * windows, #ARGV do
    fields[#fields + 1] = ARGV[i]
  end
  local values = #fields > 0 and redis.call("HMGET", KEYS[#KEYS], unpack(fields)) or {}
  for i = 1, bands do
    local value, at = values[i] or "", 1
    while at <= #value do
      local id, count = sub(value, at, at + 7), string.byte(value, at + 13)
      local part = not met[id] and resembles(value, at + 14, count) or 0
      if part > 0 then
        copies[#copies + 1] = sub(value, at + 8, at + 12) .. string.char(math.floor(100 * part))
      end
      met[id] = true
      at = at + 14 + 2 * count
    end
  end
  local author = ""
  for i = bands + 1, #fields do
    author = author .. (values[i] or "")
  end
  return table.concat(copies), author
end

local stored = redis.call("MGET", unpack(KEYS, 1, #KEYS - 1))
local filled = stored[#KEYS - 1] or ""
local filled_at = tonumber(string.match(filled, "^%d+"))
local fresh = filled_at and now / 1000 - filled_at < FRESH and 1 or 0
local opened = {}
for i = 1, windows do
  opened[i] = window(i, stored[i])
end

local first = claims == 1 and stored[windows + 1]
if first then
  local limit, remaining, reset = quota(opened)
  return { math.max(0, now - first), -1, limit, remaining, reset, 0, -1, 1, 1, fresh }
end

local refused = 0
for i = 1, callers do
  refused = math.max(refused, wait(opened[i]))
end
if refused > 0 then
  local limit, remaining, reset = quota(opened)
  return { -1, refused, limit, remaining, reset, 0, -1, 1, 1, fresh }
end

if claims == 1 then
  redis.call("SET", KEYS[windows + 1], now, "PX", DAY)
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
if bands > 0 then
  seen, authors = near(windows + claims + 1, stored)
end
local limit, remaining, reset = quota(opened)
local reply = { -1, -1, limit, remaining, reset, flood, retry, seen, authors, fresh }
if not string.find(filled, "^%d+ 0 ") then
  reply[11], reply[12] = said()
end
return reply

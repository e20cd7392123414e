#!lua
-- Writes what a drain left: checks first, writes after.
-- KEYS: fence, actor, journal, wake set, reminders, ids
-- ARGV: fence, new head, expected sequence, the actor's id; then either the new state and nothing else,
-- or '1' to clear, and how many there are of each of what follows: fields to set with their values, fields to
-- remove, records to append, names of reminders to cancel, reminders to set (name and member).
-- A head is batch (16 bytes), sequence (8), the sequence that the state stands for (8) and flags (1):
-- 1 in the wake set, 2 reminders were set, 4 has a state, 8 has a journal. Of the new head only flag 1 counts.
local head = redis.call('HGET', KEYS[2], 'h')
if head and string.sub(head, 1, 16) == string.sub(ARGV[2], 1, 16) then
  -- Written again, so that whoever waits for replicas waits for this batch
  redis.call('HSET', KEYS[2], 'h', head)
  return 'D' .. string.sub(head, 17, 24)
end
@fence
if head and #head ~= 33 then
  return redis.error_reply('CORRUPT the head has ' .. #head .. ' bytes')
end
local found = head and string.sub(head, 17, 24) or '\0\0\0\0\0\0\0\0'
if found ~= ARGV[3] then
  return 'S' .. found
end
local flags = head and string.byte(head, 33) or 0
local wakes = string.byte(ARGV[2], 33)
local alone = #ARGV == 5
if alone and flags == 4 and wakes == 0 then
  redis.call('HSET', KEYS[2], 'h', string.sub(ARGV[2], 1, 32) .. '\4', 'v', ARGV[5])
  return 1
end

local wake, remind, state, journal = flags % 2 >= 1, flags % 4 >= 2, flags % 8 >= 4, flags >= 8
local listed = state or journal
local base = head and string.sub(head, 25, 32) or found
local clear = not alone and ARGV[5] == '1'
local sets, dels, records, cancels, reminders = 0, 0, 0, 0, 0
local at = 7
if not alone then
  sets, dels, records, cancels, reminders = string.match(ARGV[6], '^(%d+) (%d+) (%d+) (%d+) (%d+)$')
  sets, dels, records = tonumber(sets), tonumber(dels), tonumber(records)
  cancels, reminders = tonumber(cancels), tonumber(reminders)
end
local function cancel(name)
  local member = redis.call('HGET', KEYS[2], 'm' .. name)
  if member then
    redis.call('ZREM', KEYS[5], member)
    redis.call('HDEL', KEYS[2], 'm' .. name)
  end
end

-- A part of the arguments, in portions that Lua's stack holds
local function portions(count, width, command, key)
  local last = at + count * width
  while at < last do
    local to = math.min(last, at + 1000) - 1
    redis.call(command, key, unpack(ARGV, at, to))
    at = to + 1
  end
end

if clear then
  if state then
    redis.call('HDEL', KEYS[2], 'v')
  end
  if remind then
    for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do
      if string.byte(field, 1) == 109 then
        cancel(string.sub(field, 2))
      end
    end
  end
  state, remind, base = false, false, found
end
if journal and (clear or records == 0) then
  redis.call('DEL', KEYS[3])
  journal = false
end
if alone then
  redis.call('HSET', KEYS[2], 'v', ARGV[5])
  state = true
else
  state = state or (sets > 0 and ARGV[at] == 'v')
  -- An answer that is forgotten and given again is given: remove first
  local fields = at
  at = fields + 2 * sets
  portions(dels, 1, 'HDEL', KEYS[2])
  local rest = at
  at = fields
  portions(sets, 2, 'HSET', KEYS[2])
  at = rest
  portions(records, 1, 'RPUSH', KEYS[3])
  journal = journal or records > 0
  for i = at, at + cancels - 1 do
    cancel(ARGV[i])
  end
  at = at + cancels
  for i = at, at + 2 * reminders - 1, 2 do
    cancel(ARGV[i])
    redis.call('ZADD', KEYS[5], 0, ARGV[i + 1])
    redis.call('HSET', KEYS[2], 'm' .. ARGV[i], ARGV[i + 1])
    remind = true
  end
end

if (state or journal) ~= listed then
  redis.call(listed and 'ZREM' or 'ZADD', KEYS[6], unpack(listed and { ARGV[4] } or { 0, ARGV[4] }))
end
if (wakes == 1) ~= wake then
  redis.call(wake and 'SREM' or 'SADD', KEYS[4], ARGV[4])
end
if not journal then
  base = string.sub(ARGV[2], 17, 24)
end
flags = wakes + (remind and 2 or 0) + (state and 4 or 0) + (journal and 8 or 0)
redis.call('HSET', KEYS[2], 'h', string.sub(ARGV[2], 1, 24) .. base .. string.char(flags))
return 1

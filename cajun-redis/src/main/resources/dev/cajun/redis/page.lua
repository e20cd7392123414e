-- The records from a place in the journal on: at most ARGV[n] of them, and not much more than ARGV[n + 1] bytes
local function page(journal, from, n)
  local records, bytes, most, mostBytes = {}, 0, tonumber(ARGV[n]), tonumber(ARGV[n + 1])
  while #records < most and bytes < mostBytes do
    local step = redis.call('LRANGE', journal, from, from + math.min(32, most - #records) - 1)
    if #step == 0 then
      break
    end
    for i = 1, #step do
      records[#records + 1] = step[i]
      bytes = bytes + #step[i]
      if bytes >= mostBytes then
        break
      end
    end
    from = from + #step
  end
  return records
end

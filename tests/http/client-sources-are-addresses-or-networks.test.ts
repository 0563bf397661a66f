import { expect, test } from "bun:test";

import { clientSource } from "../../src/platform/http/client-source.ts";

// Attack: a client with an IPv6 network of 64 bits sends each request from another address.
// part of security 153
test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
  ["2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
  ["2001:db8:1:3::1", "2001:db8:1:3::/64"],
  ["2001:0DB8:0001:0002::0001", "2001:db8:1:2::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["no:address", "no:address"],
])("the source of %s is %s", (address, source) => {
  expect(clientSource(address)).toBe(source);
});

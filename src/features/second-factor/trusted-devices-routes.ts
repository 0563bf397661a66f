import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { listTrustedDevices, revokeTrustedDevice } from "../mfa/index.ts";
import { deviceParams, trustedDeviceSchema, viewTrustedDevice } from "./model.ts";

const tags = ["Second factor"];

/** The devices on which the signed-in user needs no second factor. */
export function trustedDevicesRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/api/v1/users/me/trusted-devices" })
    .use(kit)
    .get(
      "",
      async ({ ctx, query }) => {
        const page = await listTrustedDevices(ctx, pageOfQuery(query));
        const items = page.items.map(viewTrustedDevice);
        return success({ items, next_cursor: page.nextCursor }, ctx.clock.now());
      },
      {
        signedIn: true,
        query: listQuery,
        response: { 200: successSchema(listSchema(trustedDeviceSchema)) },
        detail: {
          operationId: "listTrustedDevices",
          tags,
          summary: "List the user's trusted devices",
          description:
            "Returns the devices on which the user signs in without the second factor, newest first.",
        },
      },
    )
    .delete(
      "/:id",
      async ({ ctx, params, set }) => {
        await revokeTrustedDevice(ctx, params.id);
        set.status = 204;
      },
      {
        signedIn: true,
        params: deviceParams,
        failsWith: ["NOT_FOUND"],
        response: { 204: Type.Void() },
        detail: {
          operationId: "revokeTrustedDevice",
          tags,
          summary: "Revoke the trust in a device",
          description: "The next sign-in on it needs the second factor; sessions stay.",
        },
      },
    );
}

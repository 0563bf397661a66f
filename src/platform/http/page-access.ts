import type { AnonymousActor, UserActor } from "../../kernel/context.ts";
import type { Context, Platform } from "../platform.ts";
import { type Exchanges, requestPath, type ResponseHeaders } from "./exchange.ts";
import type { Guard } from "./guard.ts";
import { addressAtPublicUrl } from "./other-loopback-name.ts";
import { isPostedByOwnPage } from "./own-page.ts";

/** The context of a page. A sign-in with it opens a browser session (`opensBrowserSession`). */
export type PageContext = Context<AnonymousActor | UserActor>;

/** The page for a visitor whose form another website posted. */
export type OtherSitePage = (request: Request) => {
  readonly headers: ResponseHeaders;
  readonly html: string;
};

/** What page routes need, of the application. */
interface PageAccessParts {
  readonly settings: Pick<Platform["settings"], "publicUrl">;
  readonly guard: Pick<Guard, "admitPage" | "admitVisitor">;
  readonly exchanges: Pick<Exchanges, "of">;
  readonly otherSitePage: OtherSitePage;
}

/** What a request for a page led to: its context, and the response that it gets instead of the page. */
interface Admission {
  readonly ctx: PageContext;
  readonly refusal: {
    readonly status: 303 | 403;
    readonly headers: ResponseHeaders;
    readonly html: string;
  } | null;
}

/** The part of Elysia's context that the hooks of pages read and write. */
interface PageHookContext {
  readonly request: Request;
  readonly set: { status?: number | string; headers: ResponseHeaders };
}

/** The hooks of pages: both kinds refuse every form that another website posted. */
export function createPageAccess({ settings, guard, exchanges, otherSitePage }: PageAccessParts) {
  const { publicUrl } = settings;
  const admissions = new WeakMap<Request, Admission>();

  function admissionOf(request: Request): Admission {
    const admission = admissions.get(request);
    if (!admission) throw new Error("a page was reached without its guard");
    return admission;
  }

  async function admit(request: Request, as: "user" | "visitor"): Promise<Admission> {
    const exchange = exchanges.of(request);
    const ctx = await (as === "user" ? guard.admitPage(exchange) : guard.admitVisitor(exchange));
    if (request.method !== "POST") {
      const location = addressAtPublicUrl(request, publicUrl);
      return { ctx, refusal: location === null ? null : elsewhere(location) };
    }
    if (isPostedByOwnPage(request, publicUrl)) return { ctx, refusal: null };
    return { ctx, refusal: { status: 403, ...otherSitePage(request) } };
  }

  return {
    /** Admits everyone to a page: as the user of the browser session, or as a visitor who signs in. */
    openPage: (as: "user" | "visitor") =>
      async function open({ request }: PageHookContext): Promise<void> {
        admissions.set(request, await admit(request, as));
      },
    /** Admits the user of a browser session to a page of the account that is shown at a path. */
    openAccountPage: (shownAt: true | string) =>
      async function open({ request }: PageHookContext): Promise<void> {
        const { ctx, refusal } = await admit(request, "user");
        const isSettled = refusal !== null || ctx.actor.kind === "user";
        const settled = isSettled ? refusal : signInFirst(request, shownAt);
        admissions.set(request, { ctx, refusal: settled });
      },
    contextOf: (request: Request): PageContext => admissionOf(request).ctx,
    /** The handler of a refused request is not called: nothing reads its context. */
    signedInContextOf: (request: Request) => asSignedIn(admissionOf(request).ctx),
    /** The response to a refused request. Elysia runs `beforeHandle` after `resolve`. */
    refuse({ request, set }: PageHookContext): string | undefined {
      const { refusal } = admissionOf(request);
      if (refusal === null) return undefined;
      set.status = refusal.status;
      Object.assign(set.headers, refusal.headers);
      return refusal.html;
    },
  };

  function signInFirst(request: Request, shownAt: true | string): Admission["refusal"] {
    return elsewhere(signInAddress(publicUrl, `${publicUrl}${pageOf(request, shownAt)}`));
  }
}

function elsewhere(location: string): Admission["refusal"] {
  return { status: 303, headers: { location, "cache-control": "no-store" }, html: "" };
}

/** The address of the sign-in page that leads on to `returnTo`. */
export function signInAddress(publicUrl: string, returnTo: string | null): string {
  const page = `${publicUrl}/sign-in`;
  return returnTo === null ? page : `${page}?return_to=${encodeURIComponent(returnTo)}`;
}

/** Path and query of the page that a request is for. A form is lost at the sign-in, so its query is left out. */
function pageOf(request: Request, shownAt: true | string): string {
  if (request.method === "POST") return shownAt === true ? requestPath(request) : shownAt;
  const { pathname, search } = new URL(request.url);
  return `${pathname}${search}`;
}

function asSignedIn(ctx: PageContext): Context<UserActor> {
  return ctx as Context<UserActor>;
}

const m=new Map<string,any>();
const user = {id: "01a1f855-df5b-75c6-9399-8b7e505ffd5e",email: "user-01a1f855-df5b-75c6-9399-8b7e505ffd5e@example.com",username: null,name: null,email_verified: false,roles: ["user"],phone: null,avatar_url: null,locale: null,metadata: {}};
m.set("Bearer abc", user);
const pre=JSON.stringify({success:true,data:user}).slice(0,-1)+",\"timestamp\":\""; let n=0; const drawn="abcdefghi";
const s = Bun.serve({port:0,hostname:"127.0.0.1",fetch(request){
 const h=request.headers;
 const tok=h.get("authorization");
 const u=m.get(tok);
 const rid=h.get("x-request-id"); const host=h.get("host");
 n=(n+12345)>>>0;
 const id=drawn+n.toString(36).padStart(7,"0");
 const body=pre+new Date().toISOString()+"\"}";
 return new Response(body,{headers:{"content-type":"application/json","x-request-id":id,"cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff"}});
}});
console.log(s.port);

import { describeTopic } from "./case.ts";
import { headers } from "./cases/headers.ts";

describeTopic(headers);

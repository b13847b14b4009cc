import '@fontsource-variable/inter/wght.css';
import './design/tokens.css';
import './design/document.css';
import './design/controls.css';
import './design/surfaces.css';
import './shell/shell.css';
import { NudgescribeError } from '@nudgescribe/sdk';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Toasts } from './design/toasts.tsx';
import { router } from './router.tsx';
import { ChoosePasswordPage } from './session/choose-password-page.tsx';
import { Gate } from './session/gate.tsx';
import { takeLinkToken } from './session/link-token.ts';
import { applyTheme, chosenTheme } from './shell/theme.ts';

const RETRIES = 2;

/** A refusal does not change by asking again; a connection does. */
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < RETRIES && error instanceof NudgescribeError && error.retryable,
    },
  },
});

applyTheme(chosenTheme());
const linkToken = takeLinkToken();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Toasts>
        {linkToken === null ? (
          <Gate>
            <RouterProvider router={router} />
          </Gate>
        ) : (
          <ChoosePasswordPage token={linkToken} />
        )}
      </Toasts>
    </QueryClientProvider>
  </StrictMode>,
);

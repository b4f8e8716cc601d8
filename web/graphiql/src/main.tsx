import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './page.css';
import './channel/channel.css';
import './execution/execution.css';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { readConfig } from './config';

const root = document.getElementById('graphiql');
if (root) createRoot(root).render(<App config={readConfig()} />);
